import { BotError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { isRefused } from './failures.ts';
import type { Ledger, ShareRecord } from './ledger.ts';
import { poll } from './pictures.ts';
import type { CardPicture } from './render/card.ts';
import type { Uploads } from './uploads.ts';

/** The other way to show pictures, where blocks never take them: as files shared in a channel or thread. */
export interface Shares {
  /** Shares pictures once per key, also when the process dies meanwhile. Resolves once they are seen, or ought to be. */
  share(key: string, sharing: Sharing): Promise<void>;
}

export interface Sharing {
  channel: string;
  thread: string | undefined;
  pictures: readonly CardPicture[];
}

interface ShareParts {
  api: SlackApi;
  ledger: Ledger;
  uploads: Uploads;
  log: Logger;
}

/** Milliseconds by which this machine's clock may be ahead of Slack's. */
const clockSkew = 600_000;

export function createShares({ api, ledger, uploads, log }: ShareParts): Shares {
  async function share(key: string, { channel, thread, pictures }: Sharing) {
    const begun = ledger.share(key);
    if (begun?.ts) return;
    const record = begun ?? (await begin(key, { channel, thread, pictures }));
    if (!begun || !(await isComplete(record))) await uploads.complete(record.files, record);
    const ts = await poll(() => tsOf(record));
    if (ts) await ledger.saveShare(key, { ...record, ts });
    else log.warn({ files: record.files }, 'Slack took pictures but has not shown them yet');
  }

  /** The ids are kept before anything is shared: after a crash the same files go on. */
  async function begin(key: string, { channel, thread, pictures }: Sharing): Promise<ShareRecord> {
    const files = await Promise.all(pictures.map(uploads.sendBytes));
    const record = { channel, thread, since: Date.now(), files };
    await ledger.announceShare(key, record);
    return record;
  }

  /** A former process may have come so far. */
  async function isComplete(record: ShareRecord): Promise<boolean> {
    const [first = ''] = record.files;
    const { state } = await uploads.look(first);
    return state === 'unknown' ? (await find(record)) !== undefined : state === 'there';
  }

  /** Sharing is asynchronous: the file names its message some time later. */
  async function tsOf(record: ShareRecord): Promise<string | undefined> {
    const [first = ''] = record.files;
    const file = await uploads.look(first);
    if (file.state === 'unknown') return find(record);
    if (file.state === 'gone') return undefined;
    const { public: open, private: closed } = file.shares;
    return (open?.[record.channel] ?? closed?.[record.channel])?.[0]?.ts;
  }

  /** Where files tell nothing of themselves, their message does. */
  async function find({ channel, thread, files, since }: ShareRecord): Promise<string | undefined> {
    const range = { channel, oldest: String((since - clockSkew) / 1000), limit: 200 };
    try {
      const { messages = [] } = await api.repeat(
        (client): Promise<Page> =>
          thread ? client.conversations.replies({ ...range, ts: thread }) : client.conversations.history(range),
      );
      return messages.find((message) => message.files?.some(({ id }) => id !== undefined && files.includes(id)))?.ts;
    } catch (error) {
      if (error instanceof BotError || !isRefused(error)) throw error;
      return undefined;
    }
  }

  return { share };
}

interface Page {
  messages?: { ts?: string; files?: { id?: string }[] }[];
}
