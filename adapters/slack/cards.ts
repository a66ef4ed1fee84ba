import type { Card } from '../../src/chat.ts';
import type { SlackApi } from './api.ts';
import { joiningIfNeeded } from './channels.ts';
import { isClosedToUs, isRefused, pictureFault } from './failures.ts';
import type { Ledger, MessageRecord } from './ledger.ts';
import type { PictureStore } from './pictures.ts';
import type { Place } from './place.ts';
import type { Poster } from './poster.ts';
import { ownPicturesOf, picturesOf, renderCard, type SlackMessage } from './render/card.ts';
import type { Roots } from './roots.ts';
import type { Shares } from './shares.ts';
import type { Uploads } from './uploads.ts';

/** Cards that everybody in a channel sees. */
export interface Cards {
  /** Posts a card once per key. Returns the ts of the message with its controls. */
  post(card: Card, options: { key: string; place: Place }): Promise<string>;
  /** Takes a card back: its messages, its pictures and what was kept of it. */
  remove(channel: string, ts: string): Promise<void>;
}

export interface CardParts {
  api: SlackApi;
  ledger: Ledger;
  poster: Poster;
  roots: Roots;
  pictures: PictureStore;
  shares: Shares;
  uploads: Uploads;
}

interface Attempt {
  card: Card;
  key: string;
  place: Place;
  thread: string | undefined;
  files: Map<string, string>;
  web: boolean;
  attempt: number;
}

/** How often a message is tried again whose files Slack does not know yet. */
const pictureAttempts = 3;

export function createCards({ api, ledger, poster, roots, pictures, shares, uploads }: CardParts): Cards {
  async function post(card: Card, { key, place }: { key: string; place: Place }): Promise<string> {
    const known = ledger.post(key)?.ts;
    if (known && ledger.message(place.channel, known)) return known;
    const thread = await roots.open(place);
    const main = known ?? (await postNew(card, key, place, thread));
    const record = recordOf(card, key, place, main, thread);
    if (place.opening) await roots.answered(place.opening, main);
    await ledger.saveMessage(place.channel, record);
    return main;
  }

  async function postNew(card: Card, key: string, place: Place, thread: string | undefined): Promise<string> {
    try {
      // Sharing was chosen for this card before a restart, so its pictures are (or will be) in the thread.
      const isShared = ledger.share(shareKey(key)) !== undefined;
      if (isShared) await share(card, key, place, thread);
      const files = isShared ? new Map<string, string>() : await pictures.ready(picturesOf(card), key);
      return await postParts({ card, key, place, thread, files, web: true, attempt: 0 });
    } catch (error) {
      if (isClosedToUs(error)) await pictures.release(keysOf(card), key);
      throw error;
    }
  }

  /** Posts the card's messages in order; what Slack holds against pictures is mended, and the rest of the card never waits for them. */
  async function postParts(tried: Attempt): Promise<string> {
    const { card, key, place, thread, files, web, attempt } = tried;
    try {
      return await postAll(renderCard(card, { files, web }), key, place, thread);
    } catch (error) {
      const fault = pictureFault(error);
      if (web && (fault === 'web' || fault === 'either')) return postParts({ ...tried, web: false });
      if (fault === undefined || fault === 'web' || files.size === 0) throw error;
      if (attempt < pictureAttempts) {
        await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
        const renewed = await pictures.renew(picturesOf(card), key);
        return postParts({ ...tried, files: renewed, attempt: attempt + 1 });
      }
      await share(card, key, place, thread);
      return postParts({ ...tried, files: new Map() });
    }
  }

  async function postAll(messages: readonly SlackMessage[], key: string, place: Place, thread: string | undefined) {
    const { channel, maybeSince } = place;
    let main = '';
    for (const [index, message] of messages.entries()) {
      const isLast = index === messages.length - 1;
      const broadcast = place.broadcast && message.blocks.some(({ type }) => type === 'image');
      const posting = { key: isLast ? key : partKey(key, index), channel, thread, message, broadcast, maybeSince };
      main = await joiningIfNeeded(api, channel, () => poster.post(posting));
    }
    return main;
  }

  /** A shared file is in one place alone, so what the channel is to see too is shared there once more. */
  async function share(card: Card, key: string, { channel, broadcast }: Place, thread: string | undefined) {
    const own = ownPicturesOf(card);
    if (own.length === 0) return;
    await shares.share(shareKey(key), { channel, thread, pictures: own });
    if (broadcast && thread) await shares.share(channelShareKey(key), { channel, thread: undefined, pictures: own });
  }

  function recordOf(card: Card, key: string, place: Place, main: string, thread: string | undefined): MessageRecord {
    const shared = [shareKey(key), channelShareKey(key)].flatMap((one) => ledger.share(one) ?? []);
    return {
      main,
      thread,
      parts: [...partsOf(key), main, ...shared.flatMap(({ ts }) => ts ?? [])],
      pictures: keysOf(card),
      holder: key,
      files: shared.flatMap(({ files }) => files),
      forms: card.actions.flatMap(({ id, form }) => (form ? [id] : [])),
      opening: place.opening,
    };
  }

  /** The messages before the main one, as posted by this process or a former one. */
  function partsOf(key: string): string[] {
    const parts: string[] = [];
    for (;;) {
      const ts = ledger.post(partKey(key, parts.length))?.ts;
      if (!ts) return parts;
      parts.push(ts);
    }
  }

  async function remove(channel: string, ts: string) {
    const record = ledger.message(channel, ts) ?? { main: ts, thread: undefined, parts: [ts], pictures: [] };
    for (const part of record.parts) {
      await api
        .repeat((client) => client.chat.delete({ channel, ts: part }))
        .catch((error: unknown) => {
          if (!isRefused(error)) throw error;
        });
    }
    await pictures.release(record.pictures, record.holder ?? '');
    for (const file of record.files ?? []) await uploads.remove(file);
    if (record.opening) await roots.unanswered(record.opening, channel, record.main);
    await ledger.dropMessage(channel, record);
  }

  return { post, remove };
}

function keysOf(card: Card): string[] {
  return picturesOf(card).map(({ key }) => key);
}

function partKey(key: string, index: number): string {
  return `${key}#${index}`;
}

function shareKey(key: string): string {
  return `${key}#shared`;
}

function channelShareKey(key: string): string {
  return `${key}#channel`;
}
