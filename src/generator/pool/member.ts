import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import { BotError, isAbort } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { GeneratorFault, operatorsFault } from '../fault.ts';
import type { GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from '../generator.ts';
import { type ModelList, rememberModels } from '../model-list.ts';

export interface PooledBackend {
  /** Unique in the pool; what people and the log read. */
  name: string;
  generator: ImageGenerator;
  /** Its share of the work, relative to the others'. */
  weight: number;
  /** Every picture costs money: where it may have charged for a request, no other that does is asked for the same. */
  isPaid: boolean;
}

export interface PoolTimes {
  /** Milliseconds that a backend which failed is left out at first; longer each time, up to the other. */
  firstBreakMs: number;
  longestBreakMs: number;
  /** Milliseconds that a backend may take to tell its models. */
  modelsMs: number;
}

/** One backend of a pool with its load and its circuit breaker. */
export interface Member extends PooledBackend {
  models: ModelList;
  /** Requests under way. */
  running(): number;
  /** False while it is left out, or is just being probed. */
  isOpen(): boolean;
  /** Why it is left out. */
  lastFault(): GeneratorFault | undefined;
  /** Throws `SkippedError` while the backend is left out, else as `ImageGenerator.generate`. */
  generate(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult>;
}

/** The backend was not asked: its circuit is broken. */
export class SkippedError extends Error {}

/** Consecutive faults until a backend is left out. */
const faultsToBreak = 3;

export function createMember(backend: PooledBackend, times: PoolTimes, log: Logger): Member {
  const { generator, name } = backend;
  const models = rememberModels(generator, { timeoutMs: times.modelsMs });
  const breaker = circuitBreaker(handleWhen(isBackendFault), {
    breaker: new ConsecutiveBreaker(faultsToBreak),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: times.firstBreakMs, maxDelay: times.longestBreakMs }),
  });
  breaker.onBreak(() => log.warn({ backend: name }, 'an image backend failed repeatedly and is left out for a while'));
  breaker.onReset(() => log.info({ backend: name }, 'an image backend works again'));
  let running = 0;
  let lastFault: GeneratorFault | undefined;

  async function generate(request: ImageRequest, options: GenerateOptions) {
    const isProbe = breaker.state === CircuitState.Open;
    try {
      running += 1;
      return await breaker.execute(async () => {
        // A cheap question first: nobody's request should wait for a server that still hangs.
        if (isProbe) await models.ask().catch(throwUnmade);
        return generator.generate(request, options);
      });
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new SkippedError(name, { cause: error });
      if (isBackendFault(error)) lastFault = asFault(error);
      throw error;
    } finally {
      running -= 1;
    }
  }

  return {
    ...backend,
    models,
    running: () => running,
    isOpen: () => breaker.state !== CircuitState.HalfOpen,
    lastFault: () => lastFault,
    generate,
  };
}

/** True for what another backend may do better: this one is unreachable, out of memory, wrongly configured or broken. */
export function isBackendFault(error: unknown): boolean {
  return error instanceof GeneratorFault || (!isAbort(error) && !(error instanceof BotError));
}

/** What a fault says to people. */
export function asFault(error: unknown): GeneratorFault {
  if (error instanceof GeneratorFault) return error;
  return operatorsFault('The image backend failed unexpectedly', 'That is a bug of this bot.', { cause: error });
}

/** A failed question before the work: nothing was asked to be made. */
function throwUnmade(error: unknown): never {
  const fault = asFault(error);
  throw new GeneratorFault(fault.message, { cause: fault, forOperator: fault.forOperator, madeNothing: true });
}
