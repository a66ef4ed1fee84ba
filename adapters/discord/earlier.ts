import type { APIMessage } from 'discord.js';
import type { DiscordApi } from './api.ts';
import { isRefused } from './failures.ts';
import { fingerprintOf, fingerprintOfPosted } from './fingerprint.ts';
import type { OutgoingMessage } from './outgoing.ts';

interface Search {
  message: OutgoingMessage;
  nonce: string;
  channel: string;
  /** When it was sent first, in milliseconds since 1970. */
  begunAt: number;
  /** True for messages that it can be. */
  isOwn(candidate: APIMessage): boolean;
}

const clockSkewMs = 5 * 60 * 1000;
const searchedPages = 5;

/** The message that an earlier try sent, if it arrived: looked for from the newest back to when it was begun. */
export async function findOwn(api: DiscordApi, search: Search): Promise<APIMessage | undefined> {
  const wanted = fingerprintOf(search.message);
  const isIt = (candidate: APIMessage) =>
    search.isOwn(candidate) && (candidate.nonce === search.nonce || fingerprintOfPosted(candidate) === wanted);
  let before: string | undefined;
  for (let page = 0; page < searchedPages; page++) {
    const candidates = await readable(api.messagesBefore(search.channel, before));
    // By the time of sending, not by ids: a server of others may count its own way.
    const recent = candidates.filter(({ timestamp }) => isAfter(timestamp, search.begunAt - clockSkewMs));
    const found = recent.find(isIt);
    const oldest = candidates.at(-1)?.id;
    if (found || recent.length < candidates.length || oldest === undefined || oldest === before) return found;
    before = oldest;
  }
  return undefined;
}

/** True as well when the time is unknown. */
function isAfter(timestamp: string | undefined, milliseconds: number): boolean {
  return !(Date.parse(timestamp ?? '') <= milliseconds);
}

/** A channel that is gone or closed to the bot shows no messages. */
async function readable(messages: Promise<APIMessage[]>): Promise<APIMessage[]> {
  try {
    const found = await messages;
    return Array.isArray(found) ? found : [];
  } catch (error) {
    if (!isRefused(error)) throw error;
    return [];
  }
}
