import { type APIMessage, MessageFlags } from 'discord.js';
import type { Card, MessageRef, ProgressUpdate, Thread, ThreadRef } from '../../src/chat.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import { isAgeRestricted } from './age.ts';
import type { DiscordApi } from './api.ts';
import { isChannelGone, isDenied, isInteractionOver, isTooLarge, translate } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import { hasWebhook, type Places } from './places.ts';
import type { Posted, Posts } from './posts.ts';
import type { Progress } from './progress.ts';
import type { PlaceRecord, Tables } from './records.ts';
import { hasAdultParts, renderCard } from './render/card.ts';

export interface ThreadParts {
  adapter: string;
  tables: Tables;
  api: DiscordApi;
  places: Places;
  posts: Posts;
  progress: Progress;
  images: ImageFiles;
}

// What a server without boosts allows; used where no interaction told the limit.
const usualAttachmentLimit = 10 * 1024 * 1024;
const smallestAttachmentLimit = 256 * 1024;

/** A live conversation: a channel, or the place where something was asked. */
export function createThread(ref: ThreadRef, parts: ThreadParts): Thread {
  const { adapter, tables, api, places, posts, progress, images } = parts;
  const { thread } = ref;

  async function post(card: Card, key: string): Promise<MessageRef> {
    const known = posts.find(key);
    const place = places.find(thread);
    const { channel, message } = known ?? (await (isPersonal(card, place) ? whisper(card, key) : say(card, key)));
    return { adapter, thread: channel, message };
  }

  function isPersonal(card: Card, place: PlaceRecord | undefined): boolean {
    return place?.personal === true || (card.personal === true && place !== undefined && place.kind !== 'message');
  }

  /** Posts for everyone, in the place's home; where that is gone or closed, in the channel it came from or through the webhook. */
  async function say(card: Card, key: string): Promise<Posted> {
    const place = places.find(thread);
    const home = await places.open(thread);
    const replyTo = home === place?.channel ? place.source : undefined;
    const posted = await asSmallAsNeeded(card, home, (messages) =>
      posts
        .post(home, withReply(messages, replyTo), key)
        .catch((error: unknown) => sayElsewhere(error, home, messages, key)),
    );
    await remember(card, posted);
    return posted;
  }

  async function sayElsewhere(
    error: unknown,
    home: string,
    messages: readonly OutgoingMessage[],
    key: string,
  ): Promise<Posted> {
    const parent = tables.threads.get(home);
    if (isChannelGone(error) && parent !== undefined) {
      await places.move(thread, parent);
      return posts.post(parent, messages, key);
    }
    const place = places.find(thread);
    if (!isDenied(error) || !place || !hasWebhook(place)) throw error;
    const why = translate(error, place.permissions).message;
    const [first, ...rest] = messages;
    const content = `${first?.content ?? ''}\n-# ${why}`.slice(0, 2000);
    return sendByWebhook([{ ...first, content }, ...rest], key, place.webhook, 0).catch((failure: unknown) => {
      throw isInteractionOver(failure) ? error : failure;
    });
  }

  /** Answers for the asker's eyes alone; in a direct message when the interaction is over. */
  async function whisper(card: Card, key: string): Promise<Posted> {
    const before = places.find(thread);
    // Until "thinking" has an answer, a private one would take its place in public.
    if (before?.kind === 'command' && !before.personal) await places.open(thread);
    await places.acked(thread);
    const place = places.find(thread);
    if (!place) throw new Error('a personal answer has no place');
    return asSmallAsNeeded(card, place.channel, async (messages) => {
      if (!hasWebhook(place)) return sayDirectly(place.person, messages, key);
      try {
        return await sendPrivately(messages, key, place);
      } catch (error) {
        if (!isInteractionOver(error)) throw error;
        return sayDirectly(place.person, messages, key);
      }
    });
  }

  /** The first answer takes the place of "thinking"; editing it can be repeated, so a retry shows it once. */
  async function sendPrivately(
    messages: readonly OutgoingMessage[],
    key: string,
    place: PlaceRecord & { webhook: NonNullable<PlaceRecord['webhook']> },
  ): Promise<Posted> {
    const isFirst = place.personal && (place.originalKey ?? key) === key;
    if (!isFirst) return sendByWebhook(messages, key, place.webhook, MessageFlags.Ephemeral);
    await places.change(thread, { originalKey: key });
    const [first, ...rest] = messages;
    const original = await api.editOriginal(place.webhook, first ?? {});
    return sendByWebhook(rest, key, place.webhook, MessageFlags.Ephemeral, [original]);
  }

  async function sendByWebhook(
    messages: readonly OutgoingMessage[],
    key: string,
    webhook: NonNullable<PlaceRecord['webhook']>,
    flags: number,
    before: APIMessage[] = [],
  ): Promise<Posted> {
    const sent = [...before];
    for (const message of messages) sent.push(await api.followUp(webhook, message, flags));
    return posts.note(
      sent.map(({ id, channel_id }) => ({ message: id, channel: channel_id })),
      key,
      thread,
    );
  }

  async function sayDirectly(person: string, messages: readonly OutgoingMessage[], key: string): Promise<Posted> {
    const direct = await api.openDirect(person);
    return posts.post(direct.id, messages, key);
  }

  /** Renders for the limit that is known, and for ever smaller ones while Discord says it is too large. */
  async function asSmallAsNeeded(
    card: Card,
    home: string,
    send: (messages: OutgoingMessage[]) => Promise<Posted>,
  ): Promise<Posted> {
    const adult = hasAdultParts(card) && (await isAgeRestricted(api, home));
    const numbers = tables.shown.get(home) ?? [];
    const numberOf = (id: string) => (numbers.includes(id) ? numbers.indexOf(id) + 1 : undefined);
    let maxFileBytes = places.find(thread)?.attachmentLimit ?? usualAttachmentLimit;
    for (;;) {
      const messages = await renderCard(card, { images, adult, numberOf, maxFileBytes });
      try {
        return await send(messages);
      } catch (error) {
        if (!isTooLarge(error) || maxFileBytes < smallestAttachmentLimit) throw error;
        maxFileBytes /= 2;
      }
    }
  }

  /** Forms must be at hand when a button is pressed, and neighbours are known by their number in what follows. */
  async function remember({ actions, neighbours }: Card, { channel }: Posted): Promise<void> {
    for (const { id, form } of actions) if (form) await tables.forms.put(id, form);
    if (neighbours?.length)
      await tables.shown.put(
        channel,
        neighbours.map(({ id }) => id),
      );
  }

  async function remove({ thread: channel, message }: MessageRef): Promise<void> {
    const place = places.find(tables.sent.get(message)?.place ?? '');
    if (!place) return posts.remove({ channel, message });
    // Only its webhook reaches a private answer; after 15 minutes nobody does.
    if (hasWebhook(place)) await api.deleteWebhookMessage(place.webhook, message).catch(ignoreOver);
  }

  return {
    ref,
    post: (card, { key }) => refused(() => post(card, `${thread}/${key}`)),
    remove: (message) => refused(() => remove(message)),
    progress: (update: ProgressUpdate) => progress.show(thread, update),
    isForAdults: () => isAgeRestricted(api, places.find(thread)?.channel ?? thread),
  };

  async function refused<Value>(request: () => Promise<Value>): Promise<Value> {
    try {
      return await request();
    } catch (error) {
      throw translate(error, places.find(thread)?.permissions);
    }
  }
}

function withReply(messages: readonly OutgoingMessage[], replyTo: string | undefined): OutgoingMessage[] {
  return messages.map((message, index) => (index === 0 && replyTo ? { ...message, replyTo } : message));
}

function ignoreOver(error: unknown): void {
  if (!isInteractionOver(error)) throw error;
}
