import type { Logger } from '../log.ts';
import { checkRequest } from './check-request.ts';
import { asFault, GeneratorFault } from './fault.ts';
import type { GenerateOptions, ImageGenerator, ImageRequest } from './generator.ts';
import { allFailed, mayHaveCharged } from './pool/all-failed.ts';
import { fitRequest, hasSize, heaviest, limitsOf, takesSource } from './pool/limits.ts';
import {
  createMember,
  isBackendFault,
  type Member,
  type PooledBackend,
  type PoolTimes,
  SkippedError,
} from './pool/member.ts';
import { choiceOf, mergedModels } from './pool/models.ts';
import { createShares } from './pool/share.ts';
import { neverFalling } from './progress.ts';

export interface PoolOptions {
  log: Logger;
  times?: Partial<PoolTimes> | undefined;
}

const usualTimes: PoolTimes = { firstBreakMs: 5000, longestBreakMs: 60_000, modelsMs: 10_000 };

/**
 * Several backends (at least one) as one generator. A request goes to the one with the least load for its weight among
 * those that can do it, to one without weight only where no other is left; what fails for a reason of the backend goes on to the next, while what was refused, aborted or
 * asked wrongly does not. Once a backend that costs money may have charged for it (late, broken off, no usable picture),
 * it goes on to those alone that are free, so that nothing is paid for twice. A backend that fails three times in a row is
 * left out and probed back in. Throws BotErrors as the port says; when every backend failed, one that names each with its reason.
 */
export function createPool(backends: readonly PooledBackend[], options: PoolOptions): ImageGenerator {
  const { log } = options;
  const members = backends.map((backend) => createMember(backend, { ...usualTimes, ...options.times }, log));
  const limits = limitsOf(backends);
  const shares = createShares(members);

  async function generate(request: ImageRequest, given: GenerateOptions = {}) {
    given.signal?.throwIfAborted();
    checkRequest('image', limits, request);
    const choice = await choiceOf(request.model, members, given);
    const able = ableTo({ ...request, model: choice.model }, choice.members);
    const failures = new Map<Member, GeneratorFault>();
    const spared = new Set<Member>();
    const rising = { ...given, onProgress: given.onProgress && neverFalling(given.onProgress) };
    const left = new Set(able);
    for (let member = pick(left); member; member = pick(left)) {
      given.signal?.throwIfAborted();
      left.delete(member);
      const result = await attempt(member, { ...request, model: choice.model }, rising, failures);
      if (result) return result;
      if (mayHaveCharged(member, failures.get(member))) {
        for (const other of [...left].filter(({ isPaid }) => isPaid)) spared.add(other);
      }
      for (const other of spared) left.delete(other);
    }
    throw allFailed(able, failures, spared);
  }

  /** One that is being probed just now is asked only when there is no other, and of the others one without weight. */
  function pick(candidates: ReadonlySet<Member>): Member | undefined {
    const atHand = preferred([...candidates], (member) => !member.isProbed());
    return shares.next(preferred(atHand, hasWeight));
  }

  async function attempt(
    member: Member,
    request: ImageRequest,
    given: GenerateOptions,
    failures: Map<Member, GeneratorFault>,
  ) {
    const fitted = fitRequest(request, limits, member);
    const began = performance.now();
    shares.take(member);
    try {
      const made = await member.generate(fitted.request, given);
      log.info({ backend: member.name, model: made.model, ms: Math.round(performance.now() - began) }, 'pictures made');
      return { ...made, generator: member.name, notices: [...made.notices, ...(fitted.notice ? [fitted.notice] : [])] };
    } catch (error) {
      if (given.signal?.aborted) throw given.signal.reason;
      if (error instanceof SkippedError) return undefined;
      if (!isBackendFault(error)) throw error;
      const fault = asFault(error);
      const mayHaveCost = mayHaveCharged(member, fault);
      const next = mayHaveCost ? 'only one that is free is asked next' : 'the next one is asked';
      log.warn({ backend: member.name, err: fault, mayHaveCost }, `an image backend failed; ${next}`);
      failures.set(member, fault);
      return undefined;
    }
  }

  function ableTo(request: ImageRequest, candidates: readonly Member[]): Member[] {
    const able = candidates.filter(
      ({ generator: { limits: own } }) => own.maxCount >= request.count && (own.hasSource || !request.source),
    );
    if (able.length === 0) throw notTogether(request);
    const [weighty, others] = [able.filter(hasWeight), able.filter((member) => !hasWeight(member))];
    return [...bestFor(request, weighty), ...bestFor(request, others)];
  }

  function bestFor(request: ImageRequest, able: readonly Member[]): Member[] {
    const fromPicture = preferred(able, ({ generator }) => takesSource(request, generator));
    return preferred(fromPicture, ({ generator }) => hasSize(request, limits, generator.limits));
  }

  return {
    name: 'pool',
    model: heaviest(members).generator.model,
    limits,
    models: (given = {}) => mergedModels(members, given),
    generate,
  };
}

function hasWeight({ weight }: Member): boolean {
  return weight > 0;
}

/** Those for which it holds, or all where it holds for none. */
function preferred(members: readonly Member[], holds: (member: Member) => boolean): Member[] {
  const found = members.filter(holds);
  return found.length > 0 ? found : [...members];
}

function notTogether({ count, source, model }: ImageRequest): GeneratorFault {
  const wanted = [
    `${count === 1 ? 'a picture' : `${count} pictures at once`}`,
    ...(source ? ['from a picture'] : []),
    ...(model === undefined ? [] : [`with ${model}`]),
  ];
  return new GeneratorFault(
    `No image backend here makes ${wanted.join(' ')}. Ask for fewer pictures${source ? ', or leave the picture away' : ''}${model === undefined ? '' : ', or take another model'}.`,
  );
}
