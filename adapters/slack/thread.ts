import type { Card, MessageRef, Thread, ThreadRef } from '../../src/chat.ts';
import type { SlackApi } from './api.ts';
import { joiningIfNeeded } from './channels.ts';
import { blockFaults, isClosedToUs, slackCode, toBotError } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { PersonalAnswers } from './personal.ts';
import type { PictureStore } from './pictures.ts';
import { isDirect, messageRef, type Place, placeOf } from './place.ts';
import type { Poster } from './poster.ts';
import type { ProgressBoard } from './progress.ts';
import { ownPicturesOf, picturesOf, renderCard, type SlackMessage } from './render/card.ts';
import { renderOpening } from './render/opening.ts';

export interface ThreadParts {
  api: SlackApi;
  ledger: Ledger;
  poster: Poster;
  pictures: PictureStore;
  progress: ProgressBoard;
  personal: PersonalAnswers;
  /** Ids of the channels where the operator lets adult content be shown. */
  adultChannels: ReadonlySet<string>;
  /** Cards being posted, by key: asking for one twice at a time is one post. */
  posting: Map<string, Promise<MessageRef>>;
}

/** How often a message is tried again whose files Slack does not know yet. */
const pictureAttempts = 3;

/** A conversation, rebuilt from its ref at any time. */
export function createThread(ref: ThreadRef, parts: ThreadParts): Thread {
  const { api, ledger, poster, pictures, progress, personal, adultChannels, posting } = parts;
  const place = placeOf(ref);
  const { channel } = place;

  function post(card: Card, { key }: { key: string }): Promise<MessageRef> {
    const running = posting.get(key) ?? postUnlessKnown(card, key).finally(() => posting.delete(key));
    posting.set(key, running);
    return running;
  }

  async function postUnlessKnown(card: Card, key: string): Promise<MessageRef> {
    const known = ledger.post(key);
    if (known?.ts) return messageRef(known.channel, known.ts);
    await ledger.saveForms(card.actions);
    try {
      if (isPersonal(card, place)) return await personal.send(card, { key, place: { ...place, thread: rootIfOpen() } });
      return messageRef(channel, await postCard(card, key));
    } catch (error) {
      throw toBotError(error);
    }
  }

  async function postCard(card: Card, key: string): Promise<string> {
    const thread = await openRoot();
    const shared = await shareIfBegun(card, key, thread);
    const files = shared ? new Map<string, string>() : await pictures.ready(picturesOf(card));
    const timestamps = await postParts({ card, key, thread, files, web: true, attempt: 0 });
    const record = {
      main: timestamps.at(-1) ?? '',
      thread,
      parts: timestamps,
      pictures: (card.images ?? []).map((image) => image.key),
    };
    const sharedTs = ledger.post(shareKey(key))?.ts;
    await ledger.saveMessage(channel, sharedTs ? { ...record, parts: [...timestamps, sharedTs] } : record);
    return record.main;
  }

  interface Attempt {
    card: Card;
    key: string;
    thread: string | undefined;
    files: Map<string, string>;
    web: boolean;
    attempt: number;
  }

  /** Posts the card's messages in order; what Slack holds against pictures is mended, and the rest of the card never waits for them. */
  async function postParts({ card, key, thread, files, web, attempt }: Attempt): Promise<string[]> {
    const messages = renderCard(card, { files, web });
    try {
      return await postAll(messages, key, thread, Boolean(place.broadcast && card.images?.length));
    } catch (error) {
      const faults = blockFaults(error);
      if (web && /image_url/.test(faults)) return postParts({ card, key, thread, files, web: false, attempt });
      if (!/slack_file/.test(faults)) throw error;
      if (attempt < pictureAttempts) {
        await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
        const renewed = await pictures.renew(picturesOf(card));
        return postParts({ card, key, thread, files: renewed, web, attempt: attempt + 1 });
      }
      await share(card, key, thread);
      return postParts({ card, key, thread, files: new Map(), web, attempt });
    }
  }

  async function postAll(
    messages: readonly SlackMessage[],
    key: string,
    thread: string | undefined,
    broadcast: boolean,
  ) {
    const timestamps: string[] = [];
    for (const [index, message] of messages.entries()) {
      const isLast = index === messages.length - 1;
      const posting = {
        key: isLast ? key : `${key}#${index}`,
        channel,
        thread,
        message,
        broadcast: broadcast && isLast,
      };
      timestamps.push(await joiningIfNeeded(api, channel, () => poster.post(posting)));
    }
    return timestamps;
  }

  /** Sharing was chosen for this card before a restart, so its pictures are (or will be) in the thread. */
  async function shareIfBegun(card: Card, key: string, thread: string | undefined): Promise<boolean> {
    const begun = ledger.post(shareKey(key));
    if (begun && !begun.ts) await share(card, key, thread);
    return begun !== undefined;
  }

  async function share(card: Card, key: string, thread: string | undefined) {
    const own = ownPicturesOf(card);
    if (own.length === 0) return;
    await ledger.announcePost(shareKey(key), { channel, since: Date.now() });
    const ts = await pictures.share({ channel, thread, pictures: own });
    await ledger.savePost(shareKey(key), { channel, since: Date.now(), ts });
  }

  /** The ts that answers go under: the thread's, or that of the message that opens it, posted on first use. */
  async function openRoot(): Promise<string | undefined> {
    const { thread, opening, user } = place;
    if (thread || !opening) return thread;
    const message = renderOpening(ledger.opening(opening)?.title ?? '', user);
    return joiningIfNeeded(api, channel, () => poster.post({ key: openingKey(opening), channel, message }));
  }

  function rootIfOpen(): string | undefined {
    return place.thread ?? (place.opening && ledger.post(openingKey(place.opening))?.ts);
  }

  async function remove({ thread, message }: MessageRef) {
    const { channel } = placeOf({ thread });
    const record = ledger.message(channel, message) ?? {
      main: message,
      thread: undefined,
      parts: [message],
      pictures: [],
    };
    for (const ts of record.parts) {
      await api
        .repeat((client) => client.chat.delete({ channel, ts }))
        .catch((error: unknown) => {
          const isGone = isClosedToUs(error) || slackCode(error) === 'message_not_found';
          if (!isGone) throw toBotError(error);
        });
    }
    await pictures.remove(record.pictures);
    await ledger.dropMessage(channel, record);
  }

  return {
    ref,
    post,
    remove,
    isForAdults: async () => adultChannels.has(channel),
    async progress(update) {
      if (place.personal) return;
      await progress.report(update, async (key, message) => {
        const posting = { key, channel, thread: await openRoot(), message };
        return { channel, ts: await joiningIfNeeded(api, channel, () => poster.post(posting)) };
      });
    },
  };
}

/** Errors and personal cards are for the asker alone; a direct conversation is that anyway, and keeps them. */
function isPersonal({ personal, tone }: Card, place: Place): boolean {
  return (
    Boolean(personal || place.personal || tone === 'error') && place.user !== undefined && !isDirect(place.channel)
  );
}

function openingKey(id: string): string {
  return `opening/${id}`;
}

function shareKey(key: string): string {
  return `${key}#shared`;
}
