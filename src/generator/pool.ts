import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { checkRequest } from './check-request.ts';
import type { GenerateOptions, ImageGenerator, ImageRequest } from './generator.ts';
import { fitRequest, hasSize, heaviest, limitsOf } from './pool/limits.ts';
import {
  asFault,
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

type Failures = Map<Member, BotError>;

/**
 * Several backends (at least one) as one generator. A request goes to the one with the least load for its weight among
 * those that can do it; what fails for a reason of the backend goes on to the next, while what was refused, aborted or
 * asked wrongly does not. A backend that fails three times in a row is left out and probed back in. Throws BotErrors as
 * the port says; when every backend failed, one that names each with its reason.
 */
export function createPool(backends: readonly PooledBackend[], options: PoolOptions): ImageGenerator {
  const { log } = options;
  const members = backends.map((backend) => createMember(backend, { ...usualTimes, ...options.times }, log));
  const limits = limitsOf(backends);
  const shares = createShares(members);

  async function generate(request: ImageRequest, given: GenerateOptions = {}) {
    given.signal?.throwIfAborted();
    checkRequest('image', limits, request);
    const choice = await choiceOf(request.model, members);
    const able = ableTo(request, choice.members);
    const failures: Failures = new Map();
    const rising = { ...given, onProgress: given.onProgress && neverFalling(given.onProgress) };
    const left = new Set(able);
    for (let member = pick(left); member; member = pick(left)) {
      given.signal?.throwIfAborted();
      left.delete(member);
      const result = await attempt(member, { ...request, model: choice.model }, rising, failures);
      if (result) return result;
    }
    throw allFailed(failures, able);
  }

  /** One that is being probed just now is asked only when there is no other. */
  function pick(candidates: ReadonlySet<Member>): Member | undefined {
    const open = [...candidates].filter((member) => member.isOpen());
    return shares.next(open.length > 0 ? open : [...candidates]);
  }

  async function attempt(member: Member, request: ImageRequest, given: GenerateOptions, failures: Failures) {
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
      log.warn({ backend: member.name, err: error }, 'an image backend failed; the next one is asked');
      failures.set(member, asFault(error));
      return undefined;
    }
  }

  function ableTo(request: ImageRequest, candidates: readonly Member[]): Member[] {
    const able = candidates.filter(
      ({ generator: { limits: own } }) => own.maxCount >= request.count && (own.hasSource || !request.source),
    );
    if (able.length === 0) throw notTogether(request);
    const exact = able.filter(({ generator }) => hasSize(request, limits, generator.limits));
    return exact.length > 0 ? exact : able;
  }

  return {
    name: 'pool',
    model: heaviest(members).generator.model,
    limits,
    models: () => mergedModels(members),
    generate,
  };
}

function notTogether({ count, source, model }: ImageRequest): BotError {
  const wanted = [
    `${count === 1 ? 'a picture' : `${count} pictures at once`}`,
    ...(source ? ['from a picture'] : []),
    ...(model === undefined ? [] : [`with ${model}`]),
  ];
  return new BotError(
    'generator_failed',
    `No image backend here makes ${wanted.join(' ')}. Ask for fewer pictures${source ? ', or leave the picture away' : ''}${model === undefined ? '' : ', or take another model'}.`,
  );
}

/** One that was left out counts with the fault that it was left out for. */
function allFailed(failures: Failures, able: readonly Member[]): BotError {
  const all = able.flatMap((member) => {
    const fault = failures.get(member) ?? member.lastFault();
    return fault ? [{ name: member.name, fault }] : [];
  });
  const [only] = all;
  if (only && all.length === 1) return only.fault;
  return new BotError(
    'generator_failed',
    `No image backend could make this.\n${all.map(({ name, fault }) => `${name}: ${fault.message}`).join('\n')}`,
    { cause: new AggregateError(all.map(({ fault }) => fault)) },
  );
}
