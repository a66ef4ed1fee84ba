import type { Card, JobStatus, Person } from '../../src/chat.ts';

/** A picture that somebody sent, as it is kept: the clean copy. */
export interface Upload {
  key: string;
  alt: string;
  width: number;
  height: number;
}

const keptJobs = 50;

/** A message as it is stored. A removed one stays as a mark, so that pages that were away learn of it. */
export interface MessageRecord {
  id: string;
  thread: string;
  /** The thread's revision at its last change: what an event stream resumes from. */
  revision: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  removed: boolean;
  /** Absent for the bot's own. */
  person?: Person | undefined;
  text: string;
  uploads: readonly Upload[];
  card?: Card | undefined;
  /** The person for whose eyes alone it is; absent: for everybody's. */
  asker?: string | undefined;
  /** Person ids by emoji. */
  reactions: Readonly<Record<string, readonly string[]>>;
}

export interface JobRecord {
  status: JobStatus;
  /** It was a press of a control or a reaction, not something said. */
  isControl?: boolean | undefined;
  /** Milliseconds since 1970. */
  at: number;
}

export interface ThreadRecord {
  id: string;
  title: string;
  createdAt: number;
  /** Grows with every change to its messages. */
  revision: number;
  messageCount: number;
  jobs: Readonly<Record<string, JobRecord>>;
  /** The person for whose eyes alone it is; absent: for everybody's. */
  owner?: string | undefined;
}

export type ThreadStatus = 'queued' | 'running' | 'done' | 'failed';

export function isFinal(status: JobStatus): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

/** A thread runs while any of its jobs does; else it shows how its last job ended: cancelled on purpose counts as done, and a control that was refused says so itself. */
export function threadStatus(jobs: ThreadRecord['jobs']): ThreadStatus {
  const all = Object.values(jobs);
  if (all.some((job) => job.status === 'running')) return 'running';
  if (all.some((job) => job.status === 'queued')) return 'queued';
  const said = all.filter(({ status, isControl }) => !(isControl && status === 'failed'));
  const last = said.toSorted((one, other) => one.at - other.at).at(-1);
  return last?.status === 'failed' ? 'failed' : 'done';
}

/** Forgets all but the latest ended jobs: a long thread's record stays small. */
export function pruneJobs(jobs: ThreadRecord['jobs']): ThreadRecord['jobs'] {
  const ended = Object.entries(jobs).filter(([, job]) => isFinal(job.status));
  const dropped = ended.sort(([, one], [, other]) => other.at - one.at).slice(keptJobs);
  const droppedIds = new Set(dropped.map(([id]) => id));
  return Object.fromEntries(Object.entries(jobs).filter(([id]) => !droppedIds.has(id)));
}
