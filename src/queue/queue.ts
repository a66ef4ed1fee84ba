import type { Logger } from '../log.ts';
import type { Bounds } from './bounds.ts';
import type { Quota } from './quota.ts';

/** `quick` answers at once (search, like, delete) and never waits behind `image`, which occupies the generator. */
export type Lane = 'quick' | 'image';

export const lanes: readonly Lane[] = ['quick', 'image'];

export interface NewJob<Payload> {
  /** Submitting the same id twice is one job. */
  id: string;
  lane: Lane;
  /** Keyed hash of the person, who may cancel it; turns and the quota are theirs. */
  owner: string;
  /** The server, workspace or page it was asked in. */
  scope: string;
  /** Pictures it asks for, which the daily quota counts. */
  pictures: number;
  /** The daily quota does not hold for its owner. */
  exempt: boolean;
  /** Any process may do it; otherwise only those on the data folder that accepted it. */
  portable: boolean;
  payload: Payload;
}

export interface QueuedJob<Payload> extends NewJob<Payload> {
  /** Orders jobs across restarts. */
  sequence: number;
  /** How often it was begun; more than one means that the process died under it. */
  attempts: number;
  begun: boolean;
  cancelled: boolean;
  /** What was taken from its owner's quota; undefined where none holds. */
  charged: { day: string; pictures: number } | undefined;
}

/** Where a waiting job stands in the fair order (src/queue/fair-order.ts). */
export interface Place {
  /** Jobs before it, the running ones included. */
  ahead: number;
  /** Seconds until it is done, from what such jobs took lately; undefined until one has finished. */
  etaSeconds: number | undefined;
}

export interface JobControl {
  /** Aborts when the job is cancelled (`cancelled` is then true) or handed back at shutdown. */
  readonly signal: AbortSignal;
  readonly cancelled: boolean;
  /** Seconds that such jobs took lately; undefined until one has finished. */
  readonly usualSeconds: number | undefined;
  /** Runs once per job and name, ever: after a crash the recorded result is returned instead. */
  step<Value>(name: string, run: () => Promise<Value>): Promise<Value>;
  /** The results of all recorded steps whose name begins so. */
  recorded<Value>(prefix: string): Promise<Value[]>;
  /** Tells how many pictures the job really takes from its owner's quota; 0 gives all back. Throws BotError `quota_exceeded`. */
  charge(pictures: number): Promise<void>;
}

export interface QueueHandlers<Payload> {
  /** Does the job and reports its failures itself; what it throws is logged and ends the job. */
  work(job: QueuedJob<Payload>, control: JobControl): Promise<void>;
  /** The place of a waiting job, accepted here, has changed. */
  moved?(job: QueuedJob<Payload>, place: Place): void;
  /** Another process does a job that was accepted here: it shows the progress from now on. */
  left?(job: QueuedJob<Payload>): void;
}

export interface Queue<Payload> {
  /**
   * Resolves once the job is durable. Throws BotError `queue_full`, `too_many_requests`, `quota_exceeded` or `queue_unavailable`; then nothing was
   * accepted, or it is taken back once the queue is in reach again, unless this process dies first.
   */
  submit(job: NewJob<Payload>): Promise<Place>;
  find(id: string): Promise<QueuedJob<Payload> | undefined>;
  /** Waiting and running jobs. */
  all(): Promise<QueuedJob<Payload>[]>;
  /** Stops a waiting or running job; false when there is no such job any more. */
  cancel(id: string): Promise<boolean>;
  /** Takes up the jobs that a former process left, then new ones. */
  start(handlers: QueueHandlers<Payload>): void;
  /** Begins no more jobs, waits for running ones, and after the grace hands them back for the next start. */
  stop(options: { graceMs: number }): Promise<void>;
  /** Lets go of connections; what still runs is left as by a crash. */
  close(): Promise<void>;
}

export interface QueueOptions {
  bounds: Bounds;
  /** Undefined: none. */
  quota?: Quota | undefined;
  /** Jobs at a time, per lane. */
  width: Readonly<Record<Lane, number>>;
  log: Logger;
}
