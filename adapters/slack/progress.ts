import type { ProgressUpdate } from '../../src/chat.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { isRefused, retryAfterOf } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { SlackMessage } from './render/card.ts';
import { renderProgress } from './render/progress.ts';

export interface ProgressBoard {
  /** Shows where a job stands: one message, edited seldom, gone when the job is done. */
  report(update: ProgressUpdate, where: ProgressPlace): Promise<void>;
  /** Waits for the messages that are being ended. */
  settled(): Promise<void>;
}

export interface ProgressPlace {
  post(key: string, message: SlackMessage): Promise<Shown>;
  /** What is there already, from a process that has ended. */
  find(key: string): Promise<Shown | undefined>;
}

export interface Shown {
  channel: string;
  ts: string;
}

interface Entry {
  latest: ProgressUpdate;
  where: ProgressPlace;
  /** Milliseconds of performance.now() before which nothing is edited. */
  dueAt: number;
  /** What the message says now. */
  text: string | undefined;
  timer: NodeJS.Timeout | undefined;
  /** A message is being written: the next wait begins once it is there. */
  writing: boolean;
  busy: Promise<void>;
}

/** Milliseconds. Slack allows about 50 edits a minute for the whole workspace. */
const betweenEdits = 3000;
/** Quick jobs never show any progress. */
const beforeFirst = 1000;

export function createProgressBoard(api: SlackApi, ledger: Ledger, log: Logger): ProgressBoard {
  const entries = new Map<string, Entry>();
  const ending = new Set<Promise<void>>();

  async function report(update: ProgressUpdate, where: ProgressPlace) {
    const entry = entries.get(update.jobId) ?? newEntry(update, where);
    entries.set(update.jobId, entry);
    entry.latest = update;
    if (update.status === 'queued' || update.status === 'running') return schedule(entry);
    clearTimeout(entry.timer);
    entries.delete(update.jobId);
    const end = entry.busy.then(() => finish(entry, update)).catch(logFailure);
    ending.add(end);
    await end;
    ending.delete(end);
  }

  function schedule(entry: Entry) {
    if (entry.timer || entry.writing) return;
    entry.timer = setTimeout(() => show(entry), Math.max(0, entry.dueAt - performance.now()));
  }

  function show(entry: Entry) {
    entry.timer = undefined;
    entry.writing = true;
    entry.busy = write(entry)
      .catch(logFailure)
      .finally(() => {
        entry.writing = false;
        entry.dueAt = Math.max(entry.dueAt, performance.now() + betweenEdits);
        const isStale = renderProgress(entry.latest).text !== entry.text;
        if (isStale && entries.get(entry.latest.jobId) === entry) schedule(entry);
      });
  }

  async function write(entry: Entry) {
    const message = renderProgress(entry.latest);
    if (message.text === entry.text) return;
    entry.text = message.text;
    const shown = shownFor(entry.latest.jobId);
    if (shown) await edit(entry, shown, message);
    else await entry.where.post(keyOf(entry.latest.jobId), message);
  }

  /** A refused edit is left out: the next one says more anyway. */
  async function edit(entry: Entry, { channel, ts }: Shown, message: SlackMessage) {
    try {
      await api.once((client) => client.chat.update({ channel, ts, ...message }));
    } catch (error) {
      const retryAfter = retryAfterOf(error);
      if (retryAfter === undefined) throw error;
      entry.text = undefined;
      entry.dueAt = performance.now() + retryAfter * 1000;
    }
  }

  async function finish(entry: Entry, update: ProgressUpdate) {
    const key = keyOf(update.jobId);
    const shown = shownFor(update.jobId) ?? (await entry.where.find(key));
    if (shown) await end(entry, update, shown);
    if (ledger.post(key)) await ledger.dropPost(key);
  }

  async function end(entry: Entry, update: ProgressUpdate, { channel, ts }: Shown) {
    if (update.status === 'done') {
      await api.repeat((client) => client.chat.delete({ channel, ts })).catch(ignoreMissing);
    } else {
      await new Promise((resolve) => setTimeout(resolve, entry.dueAt - performance.now()));
      await api.repeat((client) => client.chat.update({ channel, ts, ...renderProgress(update) })).catch(ignoreMissing);
    }
  }

  /** The message may be from before a restart. */
  function shownFor(jobId: string): Shown | undefined {
    const record = ledger.post(keyOf(jobId));
    return record?.ts ? { channel: record.channel, ts: record.ts } : undefined;
  }

  function logFailure(error: unknown) {
    log.warn({ err: error }, 'the progress could not be shown');
  }

  return {
    report,
    async settled() {
      for (const { timer } of entries.values()) clearTimeout(timer);
      await Promise.all(ending);
    },
  };
}

function newEntry(latest: ProgressUpdate, where: ProgressPlace): Entry {
  return {
    latest,
    where,
    dueAt: performance.now() + beforeFirst,
    text: undefined,
    timer: undefined,
    writing: false,
    busy: Promise.resolve(),
  };
}

function keyOf(jobId: string): string {
  return `progress/${jobId}`;
}

function ignoreMissing(error: unknown) {
  if (!isRefused(error)) throw error;
}
