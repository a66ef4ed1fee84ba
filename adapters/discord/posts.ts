import { createHash } from 'node:crypto';
import { type APIMessage, SnowflakeUtil } from 'discord.js';
import type { State } from '../../src/state.ts';
import type { DiscordApi } from './api.ts';
import { codeOf } from './failures.ts';
import { fingerprintOf, fingerprintOfPosted } from './fingerprint.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { SentRecord, Tables } from './records.ts';

/** Where a message ended up. */
export interface Posted {
  channel: string;
  message: string;
}

export interface Posts {
  /**
   * Posts a card's messages once per key, ever, and returns the last. What a killed process may have posted without
   * noting it is looked for among the bot's own messages; what Discord answers too late is caught by the nonce.
   */
  post(channel: string, messages: readonly OutgoingMessage[], key: string): Promise<Posted>;
  /** The message of a key that was posted before. */
  find(key: string): Posted | undefined;
  /** The message with the controls, of any message of the same card; undefined when the bot's records don't know it. */
  mainOf(message: string): SentRecord | undefined;
  /** Notes messages that were sent in another way, under their last one. */
  note(sent: readonly Posted[], key: string, place?: string): Promise<Posted>;
  /** Removes all messages of a card. */
  remove(posted: Posted): Promise<void>;
}

interface PostsParts {
  state: State;
  tables: Tables;
  api: DiscordApi;
  botId(): string;
}

const nonceLength = 25;
const clockSkewMs = 5 * 60 * 1000;
const searchedPages = 5;

export function createPosts({ state, tables, api, botId }: PostsParts): Posts {
  const underWay = new Map<string, Promise<Posted>>();

  function post(channel: string, messages: readonly OutgoingMessage[], key: string): Promise<Posted> {
    const current = underWay.get(key) ?? postAll(channel, messages, key).finally(() => underWay.delete(key));
    underWay.set(key, current);
    return current;
  }

  async function postAll(channel: string, messages: readonly OutgoingMessage[], key: string): Promise<Posted> {
    const known = find(key);
    if (known) return known;
    const sent: Posted[] = [];
    for (const [index, message] of messages.entries()) {
      sent.push(await postOne(channel, message, hashOf(`${key}#${index}`)));
    }
    return note(sent, key);
  }

  async function postOne(channel: string, message: OutgoingMessage, id: string): Promise<Posted> {
    const known = tables.posts.get(id);
    if (known?.message !== undefined) return { channel: known.channel, message: known.message };
    const earlier = known && (await findEarlier(known, message, id));
    const begunAt = known?.begunAt ?? Date.now();
    // On disk before it is sent: a process that dies in between looks for the message instead of sending it again.
    if (!earlier) await write(() => tables.posts.put(id, { channel, begunAt }));
    const arrived = earlier ?? (await api.createMessage(channel, message, nonceOf(id)));
    const posted = { channel: arrived.channel_id, message: arrived.id };
    await write(() => {
      tables.posts.put(id, { channel: posted.channel, begunAt, message: posted.message });
      tables.sent.put(posted.message, { channel: posted.channel, main: posted.message });
    });
    return posted;
  }

  /** The message that an earlier process sent, if it arrived. */
  async function findEarlier(
    { channel, begunAt }: { channel: string; begunAt: number },
    message: OutgoingMessage,
    id: string,
  ) {
    const wanted = fingerprintOf(message);
    const isIt = (candidate: APIMessage) =>
      candidate.author.id === botId() &&
      tables.sent.get(candidate.id) === undefined &&
      (candidate.nonce === nonceOf(id) || fingerprintOfPosted(candidate) === wanted);
    let after = SnowflakeUtil.generate({ timestamp: begunAt - clockSkewMs }).toString();
    for (let page = 0; page < searchedPages; page++) {
      const candidates = await readable(api.messagesAfter(channel, after));
      const found = candidates.find(isIt);
      const last = candidates.at(-1);
      if (found || !last) return found;
      after = last.id;
    }
    return undefined;
  }

  function find(key: string): Posted | undefined {
    const record = tables.posts.get(hashOf(key));
    return record?.message === undefined ? undefined : { channel: record.channel, message: record.message };
  }

  async function note(sent: readonly Posted[], key: string, place?: string): Promise<Posted> {
    const main = sent.at(-1);
    if (!main) throw new Error('a card became no message');
    await write(() => {
      for (const { channel, message } of sent) tables.sent.put(message, { channel, main: main.message, place });
      const parts = sent.map(({ message }) => message);
      tables.sent.put(main.message, { channel: main.channel, main: main.message, parts, place });
      tables.posts.put(hashOf(key), { channel: main.channel, begunAt: Date.now(), message: main.message });
    });
    return main;
  }

  async function write(change: () => void): Promise<void> {
    await state.durably(change);
  }

  return {
    post,
    find,
    note,
    mainOf(message) {
      const record = tables.sent.get(message);
      return record && tables.sent.get(record.main);
    },
    async remove({ channel, message }) {
      const parts = tables.sent.get(message)?.parts ?? [message];
      for (const part of parts) await api.deleteMessage(channel, part);
    },
  };
}

/** A channel that is gone or closed to the bot shows no messages. */
async function readable(messages: Promise<APIMessage[]>): Promise<APIMessage[]> {
  try {
    return await messages;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return [];
  }
}

/** LMDB keys and nonces are short; callers' keys need not be. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

function nonceOf(id: string): string {
  return id.slice(0, nonceLength);
}
