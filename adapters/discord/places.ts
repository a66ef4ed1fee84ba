import { ChannelType } from 'discord.js';
import type { State } from '../../src/state.ts';
import type { DiscordApi } from './api.ts';
import { deniedText, isDenied, isInteractionOver, isMessageGone, isRefused, isUnreachable } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { Posts } from './posts.ts';
import type { PlaceRecord, Tables } from './records.ts';

/** What a ThreadRef of this adapter names: a channel, or a place where something was asked. */
export interface Places {
  /** Notes a place before its job is accepted; one that is known (a redelivered event) stays as it is. Returns its name. */
  begin(event: string, record: PlaceRecord): string;
  find(thread: string): PlaceRecord | undefined;
  /** Notes a place that another process began. */
  adopt(thread: string, record: PlaceRecord): void;
  /** Tells that the ack of an interaction is under way: nothing else may use its webhook before. */
  acking(thread: string, ack: Promise<void>): void;
  /** Shows the first message, opens the thread where one can be, and returns the channel that answers go to. Happens once. */
  open(thread: string): Promise<string>;
  /** Moves a place to another channel, when its own is gone. */
  move(thread: string, home: string): Promise<void>;
  /** Resolves once an ack under way has ended. */
  acked(thread: string): Promise<void>;
  change(thread: string, change: Partial<PlaceRecord>): Promise<void>;
}

interface PlacesParts {
  state: State;
  tables: Tables;
  api: DiscordApi;
  posts: Posts;
}

/** What the names of places begin with; other threads are channels. */
export const placePrefix = 'place:';
const unnamed = 'Pictures';
// A little less than Discord's 15 minutes.
const webhookLifetimeMs = 14.5 * 60 * 1000;

export type WithWebhook = PlaceRecord & { webhook: NonNullable<PlaceRecord['webhook']> };

/** True while the interaction's webhook can still be used. */
export function hasWebhook(place: PlaceRecord): place is WithWebhook {
  return place.webhook !== undefined && Date.now() - place.createdAt < webhookLifetimeMs;
}

export function isThread(type: ChannelType): boolean {
  return [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread].includes(type);
}

/** True for channels in which a thread can be started on a message. */
export function hasThreads(type: ChannelType): boolean {
  return type === ChannelType.GuildText || type === ChannelType.GuildAnnouncement;
}

export function createPlaces({ state, tables, api, posts }: PlacesParts): Places {
  const acks = new Map<string, Promise<void>>();
  // A table shows what was put only once it is committed.
  const beingWritten = new Map<string, PlaceRecord>();
  const opening = new Map<string, Promise<string>>();

  function begin(event: string, record: PlaceRecord): string {
    const thread = `${placePrefix}${event}`;
    adopt(thread, record);
    return thread;
  }

  function adopt(thread: string, record: PlaceRecord): void {
    if (find(thread)) return;
    beingWritten.set(thread, record);
    // LMDB commits in the order of the calls: the accepted job that follows is never on disk without its place.
    const written = () => beingWritten.delete(thread);
    // What keeps it from the disk keeps the job from it too, which is told to the asker.
    void tables.places.put(thread, record).then(written, written);
  }

  function find(thread: string): PlaceRecord | undefined {
    return tables.places.get(thread) ?? beingWritten.get(thread);
  }

  async function change(thread: string, changed: Partial<PlaceRecord>): Promise<void> {
    const place = find(thread);
    if (place) await tables.places.put(thread, { ...place, ...changed });
  }

  function open(thread: string): Promise<string> {
    const place = find(thread);
    if (!place) return Promise.resolve(thread);
    if (place.home !== undefined) return Promise.resolve(place.home);
    const current = opening.get(thread) ?? openNow(thread, place).finally(() => opening.delete(thread));
    opening.set(thread, current);
    return current;
  }

  async function openNow(thread: string, place: PlaceRecord): Promise<string> {
    await acks.get(thread);
    const first = place.source ?? (await introduce(thread, place));
    const opensThread = place.opensThread ?? (await mayHaveThread(place.channel));
    const home = first && opensThread ? await startThread(thread, place, first) : place.channel;
    await state.durably(() => {
      tables.places.put(thread, { ...(find(thread) ?? place), home, opener: undefined, title: undefined });
      if (home !== place.channel) tables.threads.put(home, { parent: place.channel, at: Date.now() });
    });
    return home;
  }

  async function mayHaveThread(channel: string): Promise<boolean> {
    try {
      const { type } = await api.getChannel(channel);
      return type === undefined || hasThreads(type);
    } catch (error) {
      if (!isRefused(error)) throw error;
      // Only trying can tell; where it is refused, the answer stays in the channel.
      return true;
    }
  }

  /** Says who asked for what, in place of "thinking"; as an ordinary message when the interaction is over. */
  async function introduce(thread: string, place: PlaceRecord): Promise<string | undefined> {
    if (place.opener === undefined) return undefined;
    const message = { content: place.opener };
    // For a control, the webhook's original is the message it was pressed on.
    if (place.kind === 'command' && hasWebhook(place)) {
      try {
        return (await api.editOriginal(place.webhook, message))?.id;
      } catch (error) {
        if (!isInteractionOver(error) && !isUnreachable(error) && !isMessageGone(error)) throw error;
        if (isInteractionOver(error)) await change(thread, { webhook: undefined });
      }
    }
    return announce(thread, place.channel, message);
  }

  /** Where nothing can be posted the answer has to find another place, and needs no introduction there. */
  async function announce(thread: string, channel: string, message: OutgoingMessage): Promise<string | undefined> {
    try {
      return (await posts.post(posts.ordinary(channel), [message], `${thread}/opener`)).message;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return undefined;
    }
  }

  async function startThread(thread: string, place: PlaceRecord, first: string): Promise<string> {
    try {
      return await api.startThread(place.channel, first, place.title || unnamed);
    } catch (error) {
      // Anything that Discord refuses here (a full server, a channel without threads) leaves the channel itself.
      if (!isRefused(error)) throw error;
      if (isDenied(error)) await explainNoThread(thread, place);
      return place.channel;
    }
  }

  async function explainNoThread(thread: string, place: PlaceRecord): Promise<void> {
    const current = find(thread) ?? place;
    if (current.kind !== 'command' || !hasWebhook(current)) return;
    const why = deniedText(current.permissions, 'Create Public Threads');
    const content = `${place.opener ?? ''}\n-# No thread: ${why}`;
    await api.editOriginal(current.webhook, { content }).catch((error: unknown) => {
      if (!isRefused(error)) throw error;
    });
  }

  return {
    begin,
    find,
    adopt,
    open,
    change,
    acking(thread, ack) {
      const settled = ack.catch(() => undefined).finally(() => acks.delete(thread));
      acks.set(thread, settled);
    },
    acked: async (thread) => acks.get(thread),
    async move(thread, home) {
      await change(thread, { home });
    },
  };
}
