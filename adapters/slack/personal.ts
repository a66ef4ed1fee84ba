import type { Card, MessageRef } from '../../src/chat.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { joiningIfNeeded } from './channels.ts';
import { isClosedToUs, slackCode } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { PictureStore } from './pictures.ts';
import { messageRef, type Place } from './place.ts';
import type { Poster } from './poster.ts';
import { picturesOf, renderCard, type SlackMessage } from './render/card.ts';

export interface PersonalAnswers {
  /** Shows a card to the asker alone, wherever they can be reached. */
  send(card: Card, options: { key: string; place: Place }): Promise<MessageRef>;
}

interface PersonalParts {
  api: SlackApi;
  ledger: Ledger;
  poster: Poster;
  pictures: PictureStore;
  isTrusted(address: string): boolean;
  log: Logger;
}

/** Milliseconds. */
const responseTimeout = 10_000;

/**
 * Ephemeral answers can't be looked up again, so after a crash in the wrong moment one may come twice; nobody else sees it.
 * Where the app can't post, the command's response address takes the answer, else a direct message does.
 */
export function createPersonalAnswers({
  api,
  ledger,
  poster,
  pictures,
  isTrusted,
  log,
}: PersonalParts): PersonalAnswers {
  async function send(card: Card, { key, place }: { key: string; place: Place }): Promise<MessageRef> {
    const messages = renderCard(card, { files: await filesFor(card), web: true });
    const sent: { channel: string; ts: string }[] = [];
    for (const [index, message] of messages.entries()) sent.push(await sendOne(message, `${key}#${index}`, place));
    const { channel, ts } = sent.at(-1) ?? { channel: place.channel, ts: '' };
    await ledger.savePost(key, { channel, since: Date.now(), ts: ts || 'unseen' });
    return messageRef(channel, ts);
  }

  /** A failure with pictures must not keep the words back. */
  async function filesFor(card: Card): Promise<Map<string, string>> {
    try {
      return await pictures.ready(picturesOf(card));
    } catch (error) {
      log.warn({ err: error }, 'a personal answer goes without its pictures');
      return new Map();
    }
  }

  async function sendOne(message: SlackMessage, key: string, place: Place) {
    const { channel, thread, user = '' } = place;
    try {
      const { message_ts: ts = '' } = await joiningIfNeeded(api, channel, () =>
        api.repeat((client) =>
          client.chat.postEphemeral({ channel, user, ...message, ...(thread ? { thread_ts: thread } : {}) }),
        ),
      );
      return { channel, ts };
    } catch (error) {
      if (!isClosedToUs(error)) throw error;
      log.info({ code: slackCode(error) }, 'the channel is closed to the bot; the asker is answered elsewhere');
      return respondElsewhere(message, key, place);
    }
  }

  async function respondElsewhere(message: SlackMessage, key: string, { channel, opening, user = '' }: Place) {
    const address = opening ? ledger.opening(opening)?.responseUrl : undefined;
    if (address && isTrusted(address) && (await respond(address, message))) return { channel, ts: '' };
    // A user id as the channel opens the app's own conversation with that person.
    return { channel, ts: await poster.post({ key, channel: user, message }) };
  }

  async function respond(address: string, message: SlackMessage): Promise<boolean> {
    const body = JSON.stringify({ response_type: 'ephemeral', ...message });
    const headers = { 'content-type': 'application/json' };
    try {
      const signal = AbortSignal.timeout(responseTimeout);
      return (await fetch(address, { method: 'POST', body, headers, redirect: 'error', signal })).ok;
    } catch (error) {
      log.info({ err: error }, 'the response address of a command does not answer any more');
      return false;
    }
  }

  return { send };
}
