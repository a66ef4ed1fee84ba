import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { isUndecided, slackCode, verdictOnFailure } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { SlackMessage } from './render/card.ts';
import { retrying } from './retry.ts';

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
  async function post(posting: Posting): Promise<string> {
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
        const found = doubtful ? await find(posting, since) : undefined;
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
    const { ts } = await api.once((client) =>
      client.chat.postMessage({
        channel,
        ...message,
        ...(thread ? { thread_ts: thread, ...(broadcast ? { reply_broadcast: true } : {}) } : {}),
        metadata: { event_type: eventType, event_payload: { key } },
        unfurl_links: false,
        unfurl_media: false,
      } as Parameters<typeof client.chat.postMessage>[0]),
    );
    return ts ?? '';
  }

  /** Looks for our own message with this key among those since its sending began. */
  async function find({ key, channel, thread }: Posting, since: number): Promise<string | undefined> {
    const oldest = String((since - clockSkew) / 1000);
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const range = { channel, oldest, limit: pageSize, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
      const { messages = [], response_metadata: next } = await look(thread, range);
      const own = messages.find(({ metadata }) => keyOf(metadata) === key);
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
      if (slackCode(error) === undefined) throw error;
      log.warn({ code: slackCode(error) }, 'own messages can not be read here; a message may be posted twice');
      return {};
    }
  }

  return { post };
}

interface Range {
  channel: string;
  oldest: string;
  limit: number;
  include_all_metadata: boolean;
}

interface Page {
  messages?: { ts?: string; metadata?: { event_payload?: object } }[];
  response_metadata?: { next_cursor?: string };
}

function keyOf(metadata: { event_payload?: object | undefined } | undefined): unknown {
  return metadata?.event_payload && 'key' in metadata.event_payload ? metadata.event_payload.key : undefined;
}
