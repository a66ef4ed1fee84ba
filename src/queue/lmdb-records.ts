import type { Database, State } from '../state.ts';
import type { Lane, QueuedJob } from './queue.ts';

/** One write, and the same in memory. */
interface Change {
  write(): void;
  /** Returns what takes it back. */
  apply(): () => void;
}

/** A table as it will be once all writes are on disk: a read of LMDB may show the state of a moment ago. */
interface Mirror<Value> {
  get(key: string): Value | undefined;
  entries(): [string, Value][];
  set(key: string, value: Value): Change;
  remove(key: string): Change;
}

/** What the queue keeps in LMDB. */
export interface JobRecords<Payload> {
  jobs: Mirror<QueuedJob<Payload>>;
  /** When a job ended, in milliseconds: a platform may redeliver its event. */
  finished: Mirror<number>;
  /** By lane and owner, when they were last served, in the count of sequences. */
  served: Mirror<number>;
  /** Pictures asked for, by the quota's day and owner. */
  used: Mirror<number>;
  /** Seconds that a lane's jobs usually take. */
  durations: Mirror<number>;
  steps: {
    get(job: string, name: string): { value: unknown } | undefined;
    /** Those whose name begins so. */
    startingWith(job: string, prefix: string): unknown[];
    put(job: string, name: string, value: unknown): Promise<unknown>;
    removeAll(job: string): Change;
  };
  /** In memory at once, and on disk when it resolves; all of it or, when the disk refuses, nothing. */
  commit(...changes: readonly Change[]): Promise<void>;
}

export function openJobRecords<Payload>(state: State): JobRecords<Payload> {
  return {
    jobs: mirror(state.table<QueuedJob<Payload>>('jobs')),
    finished: mirror(state.table<number>('jobs-finished')),
    served: mirror(state.table<number>('jobs-served')),
    used: mirror(state.table<number>('quota-used')),
    durations: mirror(state.table<number>('job-durations')),
    steps: openSteps(state.table('job-steps')),
    async commit(...changes) {
      const undo = changes.map((change) => change.apply());
      try {
        await state.durably(() => {
          for (const change of changes) change.write();
        });
      } catch (error) {
        for (const takeBack of undo.reverse()) takeBack();
        throw error;
      }
    },
  };
}

export function servedKey(lane: Lane, owner: string): string {
  return `${lane}/${owner}`;
}

export function usedKey(day: string, owner: string): string {
  return `${day}/${owner}`;
}

function openSteps(table: Database<{ value: unknown }, string>): JobRecords<unknown>['steps'] {
  return {
    get: (job, name) => table.get(`${job}/${name}`),
    startingWith: (job, prefix) => [
      ...table.getRange({ start: `${job}/${prefix}`, end: `${job}/${prefix}\uffff` }).map(({ value }) => value.value),
    ],
    put: (job, name, value) => table.put(`${job}/${name}`, { value }),
    removeAll: (job) => ({
      write() {
        for (const key of [...table.getKeys({ start: `${job}/`, end: `${job}0` })]) table.remove(key);
      },
      apply: () => () => undefined,
    }),
  };
}

function mirror<Value>(table: Database<Value, string>): Mirror<Value> {
  const values = new Map([...table.getRange({})].map(({ key, value }) => [key, value]));

  function assign(key: string, value: Value | undefined) {
    const before = values.get(key);
    put(key, value);
    return () => {
      // A later write of the same key stands.
      if (values.get(key) === value) put(key, before);
    };
  }

  function put(key: string, value: Value | undefined) {
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }

  return {
    get: (key) => values.get(key),
    entries: () => [...values],
    set: (key, value) => ({ write: () => void table.put(key, value), apply: () => assign(key, value) }),
    remove: (key) => ({ write: () => void table.remove(key), apply: () => assign(key, undefined) }),
  };
}
