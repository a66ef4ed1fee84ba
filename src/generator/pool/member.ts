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
import { orAborted } from '../../or-aborted.ts';
import { asFault, GeneratorFault } from '../fault.ts';
import type { GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from '../generator.ts';
import { type ModelList, rememberModels } from '../model-list.ts';

export interface PooledBackend {
  /** Unique in the pool; what people and the log read. */
  name: string;
  generator: ImageGenerator;
  /** Its share of the work, relative to the others'; 0: it is asked only when no other is left. */
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
  /** Another request finds out just now whether it works again. */
  isProbed(): boolean;
  /** It failed repeatedly, and nobody has probed it since. */
  isLeftOut(): boolean;
  /** Why it is left out. */
  lastFault(): GeneratorFault | undefined;
  /** Throws `SkippedError` while the backend is left out, else as `ImageGenerator.generate`. */
  generate(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult>;
}

/** The backend was not asked: its circuit is broken. */
export class SkippedError extends Error {}

/** An abort (its cause) in the middle of the probe of a broken circuit. */
class ProbeBrokenOff extends Error {}

/** Consecutive faults until a backend is left out. */
const faultsToBreak = 3;

export function createMember(backend: PooledBackend, times: PoolTimes, log: Logger): Member {
  const { generator, name } = backend;
  const models = rememberModels(generator, { timeoutMs: times.modelsMs });
  // A probe that was broken off proves nothing, so that the circuit stays open.
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof ProbeBrokenOff || countsAgainst(error)),
    {
      breaker: new ConsecutiveBreaker(faultsToBreak),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: times.firstBreakMs, maxDelay: times.longestBreakMs }),
    },
  );
  breaker.onBreak(() => log.warn({ backend: name }, 'an image backend failed repeatedly and is left out for a while'));
  breaker.onReset(() => log.info({ backend: name }, 'an image backend works again'));
  let running = 0;
  let lastFault: GeneratorFault | undefined;

  async function generate(request: ImageRequest, options: GenerateOptions) {
    const isProbe = breaker.state === CircuitState.Open;
    try {
      running += 1;
      return await afterOthersProbe(options.signal, () => (isProbe ? probe(request, options) : ask(request, options)));
    } catch (error) {
      if (error instanceof ProbeBrokenOff) throw error.cause;
      if (error instanceof BrokenCircuitError) throw new SkippedError(name, { cause: error });
      if (countsAgainst(error)) lastFault = asFault(error);
      throw error;
    } finally {
      running -= 1;
    }
  }

  /** A cheap question first: nobody's request should wait for a server that still hangs. */
  async function probe(request: ImageRequest, options: GenerateOptions) {
    try {
      options.signal?.throwIfAborted();
      await models.ask(options).catch(throwUnmade);
      return await ask(request, options);
    } catch (error) {
      throw isAbort(error) ? new ProbeBrokenOff(name, { cause: error }) : error;
    }
  }

  async function ask(request: ImageRequest, options: GenerateOptions) {
    options.signal?.throwIfAborted();
    if (backend.isPaid) await options.beforePaying?.();
    return generator.generate(request, options);
  }

  /** The circuit holds everybody back while it is probed, for as long as that takes; an abort ends the wait alone, not the work. */
  async function afterOthersProbe<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    let started: Promise<Value> | undefined;
    // Asynchronous, so that an abort at once ends a probe and does not go past it.
    const run = breaker.execute(async () => {
      started = work();
      return started;
    });
    if (!signal) return run;
    return orAborted(run, signal).catch((error: unknown) => {
      if (started) return run;
      throw error;
    });
  }

  return {
    ...backend,
    models,
    running: () => running,
    isProbed: () => breaker.state === CircuitState.HalfOpen,
    isLeftOut: () => breaker.state === CircuitState.Open,
    lastFault: () => lastFault,
    generate,
  };
}

/** True for what another backend may do better: this one is unreachable, out of memory, wrongly configured or broken. */
export function isBackendFault(error: unknown): boolean {
  return error instanceof GeneratorFault || (!isAbort(error) && !(error instanceof BotError));
}

/** True for what says that the backend is not well; what one person asked for must not take it from all others. */
function countsAgainst(error: unknown): boolean {
  return isBackendFault(error) && !(error instanceof GeneratorFault && error.isOfRequest);
}

/** A failed question before the work: nothing was asked to be made. */
function throwUnmade(error: unknown): never {
  if (isAbort(error)) throw error;
  const fault = asFault(error);
  throw fault.with({ cause: fault, madeNothing: true });
}
