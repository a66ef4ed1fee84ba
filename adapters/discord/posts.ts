import { createHash } from 'node:crypto';
import type { APIMessage } from 'discord.js';
import type { State } from '../../src/state.ts';
import type { DiscordApi } from './api.ts';
import { findOwn } from './earlier.ts';
import { isRefused } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { Patiently } from './patience.ts';
import type { SentRecord, Tables } from './records.ts';

/** Where a message ended up. */
export interface Posted {
  channel: string;
  message: string;
}

/** How messages reach people. */
export interface Route {
  /** The channel they appear in. */
  channel: string;
  /** Tells this way from others to the same channel. */
  name: string;
  /** Sends a card's nth message, once. */
  send(message: OutgoingMessage, nonce: string, index: number): Promise<APIMessage>;
  /** They stand in the channel's history, where one that an earlier try sent can be found. */
  listed: boolean;
  /** The place through whose webhook alone they can be reached. */
  place?: string | undefined;
}

export interface Posts {
  /**
   * Posts a card's messages once per key, ever, and returns the last. What a killed process may have posted without
   * noting it is looked for among the bot's own messages; what Discord answers too late is caught by the nonce too.
   */
  post(route: Route, messages: readonly OutgoingMessage[], key: string): Promise<Posted>;
  /** The usual way: as messages of the bot. */
  ordinary(channel: string): Route;
  /** The message of a key that was posted before. */
  find(key: string): Posted | undefined;
  /** The message with the controls, of any message of the same card; undefined when the bot's records don't know it. */
  mainOf(message: string): SentRecord | undefined;
  /** Removes all messages of a card that can be removed, and throws what kept the others. */
  remove(posted: Posted): Promise<void>;
}

interface PostsParts {
  state: State;
  tables: Tables;
  api: DiscordApi;
  patiently: Patiently;
  botId(): string;
}

const nonceLength = 25;

export function createPosts({ state, tables, api, patiently, botId }: PostsParts): Posts {
  const underWay = new Map<string, Promise<Posted>>();

  function post(route: Route, messages: readonly OutgoingMessage[], key: string): Promise<Posted> {
    const current = underWay.get(key) ?? postAll(route, messages, key).finally(() => underWay.delete(key));
    underWay.set(key, current);
    return current;
  }

  async function postAll(route: Route, messages: readonly OutgoingMessage[], key: string): Promise<Posted> {
    const known = find(key);
    if (known) return known;
    const sent: Posted[] = [];
    for (const [index, message] of messages.entries()) sent.push(await postOne(route, message, index, key));
    const main = sent.at(-1);
    if (!main) throw new Error('a card became no message');
    await note(sent, main, key, route.place);
    return main;
  }

  async function postOne(route: Route, message: OutgoingMessage, index: number, key: string): Promise<Posted> {
    const id = hashOf(`${key}@${route.name}#${index}`);
    const known = tables.posts.get(id);
    if (known?.message !== undefined) return { channel: known.channel, message: known.message };
    const begunAt = known?.begunAt ?? Date.now();
    // On disk before it is sent: a process that dies in between looks for the message instead of sending it again.
    if (!known) await write(() => tables.posts.put(id, { channel: route.channel, begunAt }));
    const nonce = nonceOf(id);
    const find = () => findOwn(api, { message, nonce, channel: route.channel, begunAt, isOwn: isUnnoted });
    const arrived = await patiently(async (isRepeated) => {
      const mayHaveArrived = route.listed && (isRepeated || known !== undefined);
      return (mayHaveArrived ? await find() : undefined) ?? (await route.send(message, nonce, index));
    }).catch((error: unknown) => forget(id, error));
    const posted = { channel: arrived.channel_id ?? route.channel, message: arrived.id };
    await write(() => {
      tables.posts.put(id, { channel: posted.channel, begunAt, message: posted.message });
      tables.sent.put(posted.message, { channel: posted.channel, main: posted.message, at: Date.now() });
    });
    return posted;
  }

  /** What was refused did not arrive: nothing has to be looked for when it is sent in another form. */
  async function forget(id: string, error: unknown): Promise<never> {
    if (isRefused(error)) await write(() => tables.posts.remove(id));
    throw error;
  }

  const isUnnoted = (candidate: APIMessage) =>
    candidate.author?.id === botId() && tables.sent.get(candidate.id) === undefined;

  function find(key: string): Posted | undefined {
    const record = tables.posts.get(hashOf(key));
    return record?.message === undefined ? undefined : { channel: record.channel, message: record.message };
  }

  async function note(sent: readonly Posted[], main: Posted, key: string, place: string | undefined): Promise<void> {
    const at = Date.now();
    await write(() => {
      for (const { channel, message } of sent) tables.sent.put(message, { channel, main: main.message, place, at });
      const parts = sent.map(({ message }) => message);
      tables.sent.put(main.message, { channel: main.channel, main: main.message, parts, place, at });
      tables.posts.put(hashOf(key), { channel: main.channel, begunAt: at, message: main.message });
    });
  }

  async function write(change: () => void): Promise<void> {
    await state.durably(change);
  }

  return {
    post,
    ordinary: (channel) => ({
      channel,
      name: channel,
      listed: true,
      send: (message, nonce) => api.createMessage(channel, message, nonce),
    }),
    find,
    mainOf(message) {
      const record = tables.sent.get(message);
      return record && tables.sent.get(record.main);
    },
    async remove({ channel, message }) {
      const parts = tables.sent.get(message)?.parts ?? [message];
      const failures: unknown[] = [];
      for (const part of parts) {
        await api.deleteMessage(channel, part).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** LMDB keys and nonces are short; callers' keys need not be. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

function nonceOf(id: string): string {
  return id.slice(0, nonceLength);
}
