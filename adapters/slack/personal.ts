import type { types } from '@slack/bolt';
import type { Card, MessageRef } from '../../src/chat.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { directChannel, joiningIfNeeded } from './channels.ts';
import { isClosedToUs, isUndecided, pictureFault, slackCode, verdictOnSingleCall } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { PictureStore } from './pictures.ts';
import { messageRef, type Place } from './place.ts';
import type { Poster } from './poster.ts';
import { picturesOf, renderCard, type SlackMessage } from './render/card.ts';
import { retrying } from './retry.ts';

export interface PersonalAnswers {
  /** Shows a card to the asker alone, once per key, wherever they can be reached. */
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
const patience = 60_000;

/** Stands for the ts of messages that only Slack knows. */
const unseen = 'unseen';

/**
 * Ephemeral answers can't be looked up again, so one whose answer got lost is not sent again: it may be there. Where the app can't
 * post, the command's response address takes the answer, else a direct message does.
 */
export function createPersonalAnswers(parts: PersonalParts): PersonalAnswers {
  const { api, ledger, poster, pictures, isTrusted, log } = parts;

  async function send(card: Card, { key, place }: { key: string; place: Place }): Promise<MessageRef> {
    const known = ledger.post(key);
    if (known?.ts) return messageRef(known.channel, known.ts);
    const messages = renderCard(card, { files: await filesFor(card), web: true });
    let sent: Sent = { channel: place.channel, ts: unseen };
    for (const [index, message] of messages.entries()) sent = await sendOnce(message, `${key}#${index}`, place);
    await ledger.savePost(key, { ...sent, since: Date.now() });
    return messageRef(sent.channel, sent.ts);
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

  async function sendOnce(message: SlackMessage, key: string, place: Place): Promise<Sent> {
    const known = ledger.post(key);
    if (known?.ts) return { channel: known.channel, ts: known.ts };
    const sent = await sendSomewhere(message, key, place);
    await ledger.savePost(key, { ...sent, since: Date.now() });
    return sent;
  }

  async function sendSomewhere(message: SlackMessage, key: string, place: Place): Promise<Sent> {
    try {
      return await postEphemeral(message, place);
    } catch (error) {
      if (pictureFault(error)) return sendSomewhere(withoutPictures(message), key, place);
      // What the thread was about may have been deleted meanwhile, by this very answer's job.
      if (slackCode(error) === 'thread_not_found') return sendSomewhere(message, key, { ...place, thread: undefined });
      if (!isClosedToUs(error)) throw error;
      log.info({ code: slackCode(error) }, 'the channel is closed to the bot; the asker is answered elsewhere');
      return respondElsewhere(message, key, place);
    }
  }

  async function postEphemeral(message: SlackMessage, { channel, thread, user = '' }: Place): Promise<Sent> {
    const target = { channel, user, ...(thread ? { thread_ts: thread } : {}) };
    const call = () => api.once((client) => client.chat.postEphemeral({ ...target, ...message }));
    try {
      const answer = await joiningIfNeeded(api, channel, () => retrying(call, verdictOnSingleCall, patience));
      return { channel, ts: answer.message_ts || unseen };
    } catch (error) {
      if (!isUndecided(error)) throw error;
      log.warn({ err: error }, 'whether a personal answer arrived is not known');
      return { channel, ts: unseen };
    }
  }

  async function respondElsewhere(message: SlackMessage, key: string, place: Place): Promise<Sent> {
    const { channel, opening, user = '', maybeSince } = place;
    const address = opening ? ledger.opening(opening)?.responseUrl : undefined;
    if (address && isTrusted(address) && (await respond(address, message))) return { channel, ts: unseen };
    const direct = await directChannel(api, user);
    return { channel: direct, ts: await poster.post({ key, channel: direct, message, maybeSince }) };
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

interface Sent {
  channel: string;
  ts: string;
}

function withoutPictures({ text, blocks }: SlackMessage): SlackMessage {
  const words = blocks.filter(({ type }) => type !== 'image').map(withoutAccessory);
  return { text, blocks: words };
}

function withoutAccessory(block: types.KnownBlock): types.KnownBlock {
  if (block.type !== 'section') return block;
  const { accessory: _, ...section } = block;
  return section;
}
