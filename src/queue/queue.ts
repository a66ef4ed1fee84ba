import type { Logger } from '../log.ts';

/** `quick` answers at once (search, like, delete) and never waits behind `image`, which occupies the generator. */
export type Lane = 'quick' | 'image';

export interface NewJob<Payload> {
  /** Submitting the same id twice is one job. */
  id: string;
  lane: Lane;
  /** Keyed hash of the person who may cancel it. */
  owner: string;
  payload: Payload;
}

export interface QueuedJob<Payload> extends NewJob<Payload> {
  /** Orders jobs across restarts. */
  sequence: number;
  /** How often it was begun; more than one means that the process died under it. */
  attempts: number;
  cancelled: boolean;
}

export interface JobControl {
  /** Aborts when the job is cancelled (`cancelled` is then true) or handed back at shutdown. */
  readonly signal: AbortSignal;
  readonly cancelled: boolean;
  /** Seconds that such jobs took lately; undefined until one has finished. */
  readonly usualSeconds: number | undefined;
  /** Runs once per job and name, ever: after a crash the recorded result is returned instead. */
  step<Value>(name: string, run: () => Promise<Value>): Promise<Value>;
}

export interface QueueHandlers<Payload> {
  /** Does the job and reports its failures itself; what it throws is logged and ends the job. */
  work(job: QueuedJob<Payload>, control: JobControl): Promise<void>;
  /** The number of jobs ahead of a waiting one has changed. */
  moved(job: QueuedJob<Payload>, ahead: number): void;
}

export interface Queue<Payload> {
  /** Resolves once the job is on disk. Throws BotError `queue_full`. */
  submit(job: NewJob<Payload>): Promise<{ ahead: number }>;
  find(id: string): QueuedJob<Payload> | undefined;
  /** Waiting and running jobs. */
  all(): QueuedJob<Payload>[];
  /** Stops a waiting or running job; false when there is no such job any more. */
  cancel(id: string): Promise<boolean>;
  /** Takes up the jobs that a former process left, then new ones. */
  start(handlers: QueueHandlers<Payload>): void;
  /** Begins no more jobs, waits for running ones, and after the grace hands them back for the next start. */
  stop(options: { graceMs: number }): Promise<void>;
}

export interface QueueOptions {
  maxWaiting: number;
  /** Jobs at a time, per lane. */
  width: Readonly<Record<Lane, number>>;
  log: Logger;
}
