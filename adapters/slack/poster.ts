import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { isRefused, isUndecided, verdictOnFailure } from './failures.ts';
import type { Ledger } from './ledger.ts';
import { createOnce } from './once.ts';
import type { SlackMessage } from './render/card.ts';
import { retrying } from './retry.ts';
import { shortHash } from './short-hash.ts';

export interface Posting {
  /** One message per key, ever. */
  key: string;
  channel: string;
  thread?: string | undefined;
  message: SlackMessage;
  broadcast?: boolean | undefined;
  /** Another process may have posted it, at the earliest then (milliseconds). */
  maybeSince?: number | undefined;
}

export interface Poster {
  /** Posts once per key, also when an answer got lost or the process died waiting for it. Returns the message's ts. */
  post(posting: Posting): Promise<string>;
  /** The ts of what is there by that key. */
  find(posting: Omit<Posting, 'message'>): Promise<string | undefined>;
}

/** Names our metadata among those of other apps: https://docs.slack.dev/messaging/message-metadata */
const eventType = 'promptory_post';

/** Milliseconds. An outage of Slack holds a finished job back, but not for ever. */
const patience = 600_000;
/** This machine's clock against Slack's, in milliseconds. */
const clockSkew = 600_000;
/** Messages that are looked through for a post that may have arrived. */
const pageSize = 200;
const mostPages = 5;

export function createPoster(api: SlackApi, ledger: Ledger, log: Logger): Poster {
  /** A card and the progress of its job open the same thread, maybe at once. */
  const once = createOnce<string>();

  async function postUnlessKnown(posting: Posting): Promise<string> {
    const { key, channel, maybeSince } = posting;
    const known = ledger.post(key);
    if (known?.ts) return known.ts;
    const since = known?.since ?? maybeSince ?? Date.now();
    if (!known) await ledger.announcePost(key, { channel, since });
    const ts = await send(posting, since, (known?.since ?? maybeSince) !== undefined);
    await ledger.savePost(key, { channel, since, ts });
    return ts;
  }

  async function send(posting: Posting, since: number, mayBeThere: boolean): Promise<string> {
    let doubtful = mayBeThere;
    return retrying(
      async () => {
        const found = doubtful ? await lookFor(posting, since) : undefined;
        return found ?? postOnce(posting);
      },
      (error) => {
        doubtful ||= isUndecided(error);
        return verdictOnFailure(error);
      },
      patience,
    );
  }

  async function postOnce({ key, channel, thread, message, broadcast }: Posting): Promise<string> {
    const { text, blocks } = marked(message, key);
    const { ts } = await api.once((client) =>
      client.chat.postMessage({
        channel,
        text,
        blocks,
        ...(thread ? { thread_ts: thread, ...(broadcast ? { reply_broadcast: true } : {}) } : {}),
        metadata: { event_type: eventType, event_payload: { key } },
        unfurl_links: false,
        unfurl_media: false,
      } as Parameters<typeof client.chat.postMessage>[0]),
    );
    return ts ?? '';
  }

  /** Looks for our own message with this key among those since its sending began. */
  async function lookFor(
    { key, channel, thread }: Omit<Posting, 'message'>,
    since: number,
  ): Promise<string | undefined> {
    const oldest = String((since - clockSkew) / 1000);
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const range = { channel, oldest, limit: pageSize, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
      const { messages = [], response_metadata: next } = await look(thread, range);
      const own = messages.find((message) => isMarked(message, key));
      if (own?.ts) return own.ts;
      cursor = next?.next_cursor;
      if (!cursor) return undefined;
    }
    return undefined;
  }

  async function look(thread: string | undefined, range: Range): Promise<Page> {
    try {
      return await api.repeat(
        (client): Promise<Page> =>
          thread ? client.conversations.replies({ ...range, ts: thread }) : client.conversations.history(range),
      );
    } catch (error) {
      if (!isRefused(error)) throw error;
      log.warn({ err: error }, 'own messages can not be read here; a message may be posted twice');
      return {};
    }
  }

  return {
    post: (posting) => once(posting.key, () => postUnlessKnown(posting)),
    async find(posting) {
      const known = ledger.post(posting.key);
      const since = known?.since ?? posting.maybeSince;
      return known?.ts ?? (since === undefined ? undefined : lookFor(posting, since));
    },
  };
}

interface Range {
  channel: string;
  oldest: string;
  limit: number;
  include_all_metadata: boolean;
}

interface Page {
  messages?: { ts?: string; metadata?: { event_payload?: object }; blocks?: { block_id?: string }[] }[];
  response_metadata?: { next_cursor?: string };
}

/** The first block carries the key too, for servers that keep no metadata. */
function marked({ text, blocks: [first, ...others] }: SlackMessage, key: string): SlackMessage {
  return { text, blocks: first ? [{ ...first, block_id: blockIdOf(key) }, ...others] : [] };
}

function isMarked({ metadata, blocks }: NonNullable<Page['messages']>[number], key: string): boolean {
  const payload = metadata?.event_payload;
  return (payload && 'key' in payload && payload.key === key) || blocks?.[0]?.block_id === blockIdOf(key);
}

function blockIdOf(key: string): string {
  return `post-${shortHash(key)}`;
}
