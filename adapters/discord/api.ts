import { setTimeout as sleep } from 'node:timers/promises';
import {
  type APIChannel,
  type APIInteractionResponse,
  type APIMessage,
  DiscordAPIError,
  type RawFile,
  REST,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  Routes,
} from 'discord.js';
import { codeOf, isMessageGone } from './failures.ts';
import { type OutgoingMessage, toBody, toFiles } from './outgoing.ts';
import { patiently } from './patience.ts';

/** An interaction's own webhook. */
export interface Webhook {
  application: string;
  token: string;
}

/** The requests this adapter makes. All throw what discord.js throws. */
export interface DiscordApi {
  readonly rest: REST;
  /** Posts with a nonce that Discord enforces, so that no retry posts twice. */
  createMessage(channel: string, message: OutgoingMessage, nonce: string): Promise<APIMessage>;
  editMessage(channel: string, id: string, message: OutgoingMessage): Promise<APIMessage>;
  /** Deleting what is gone is no error. */
  deleteMessage(channel: string, id: string): Promise<void>;
  getMessage(channel: string, id: string): Promise<APIMessage>;
  /** Up to 100 messages after a snowflake, oldest first. */
  messagesAfter(channel: string, after: string): Promise<APIMessage[]>;
  getChannel(id: string): Promise<APIChannel>;
  openDirect(user: string): Promise<APIChannel>;
  /** Returns the thread's id; a message that has one already keeps it. */
  startThread(channel: string, message: string, name: string): Promise<string>;
  /** The first response; one that was given already is no error. */
  respond(interaction: { id: string; token: string }, response: APIInteractionResponse): Promise<void>;
  editOriginal(webhook: Webhook, message: OutgoingMessage): Promise<APIMessage>;
  /** Not repeatable: webhooks know no nonce. */
  followUp(webhook: Webhook, message: OutgoingMessage, flags: number): Promise<APIMessage>;
  deleteWebhookMessage(webhook: Webhook, id: string): Promise<void>;
}

const version = '10';
const timeoutMs = 60_000;
const dayMinutes = 1440;

interface ApiOptions {
  apiUrl: string;
  token: string;
  /** discord.js forgets the token after a 401, and every later call fails: the bot can't go on. */
  onUnauthorized(cause: unknown): void;
  /** Milliseconds that requests wait before they fail from then on. */
  holdMs: number;
}

export function createApi({ apiUrl, token, onUnauthorized, holdMs }: ApiOptions): DiscordApi {
  const rest = new REST({ api: apiUrl, version, timeout: timeoutMs }).setToken(token);
  // "Interaction endpoints are not bound to the bot's Global Rate Limit." And a retry of theirs could post twice.
  const unbound = new REST({
    api: apiUrl,
    version,
    timeout: timeoutMs,
    retries: 0,
    globalRequestsPerSecond: Number.POSITIVE_INFINITY,
  });
  let refusal: unknown;

  /** Jobs that fail are over, jobs that wait are handed back: what a dead token leaves undone is done after the next start. */
  async function asBot<Answer>(request: () => Promise<unknown>): Promise<Answer> {
    try {
      if (refusal === undefined) return await send<Answer>(request);
    } catch (error) {
      const isRefused = error instanceof DiscordAPIError && error.status === 401;
      if (refusal === undefined && !isRefused) throw error;
      if (refusal === undefined) onUnauthorized(error);
      refusal ??= error;
    }
    await sleep(holdMs);
    throw refusal;
  }

  const content = (message: OutgoingMessage, extra: object = {}) => ({
    body: { ...toBody(message), ...extra } satisfies RESTPatchAPIChannelMessageJSONBody,
    files: toFiles(message) satisfies RawFile[],
  });

  return {
    rest,
    createMessage: (channel, message, nonce) =>
      asBot(() => rest.post(Routes.channelMessages(channel), content(message, { nonce, enforce_nonce: true }))),
    editMessage: (channel, id, message) =>
      asBot(() => rest.patch(Routes.channelMessage(channel, id), content(message))),
    async deleteMessage(channel, id) {
      await asBot(() => rest.delete(Routes.channelMessage(channel, id))).catch(unless(isMessageGone));
    },
    getMessage: (channel, id) => asBot(() => rest.get(Routes.channelMessage(channel, id))),
    async messagesAfter(channel, after) {
      const query = new URLSearchParams({ after, limit: '100' });
      const found = await asBot<APIMessage[]>(() => rest.get(Routes.channelMessages(channel), { query }));
      return found.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
    },
    getChannel: (id) => asBot(() => rest.get(Routes.channel(id))),
    openDirect: (user) => asBot(() => rest.post(Routes.userChannels(), { body: { recipient_id: user } })),
    async startThread(channel, message, name) {
      const body = { name, auto_archive_duration: dayMinutes };
      try {
        const thread = await asBot<APIChannel>(() => rest.post(Routes.threads(channel, message), { body }));
        return thread.id;
      } catch (error) {
        // A thread has the id of the message it was started on.
        if (codeOf(error) === RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage) return message;
        throw error;
      }
    },
    async respond({ id, token }, body) {
      const query = new URLSearchParams({ with_response: 'false' });
      const request = () => unbound.post(Routes.interactionCallback(id, token), { body, query, auth: false });
      await send(request).catch(
        unless((error) => codeOf(error) === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged),
      );
    },
    editOriginal: ({ application, token }, message) =>
      send(() =>
        unbound.patch(Routes.webhookMessage(application, token, '@original'), { ...content(message), auth: false }),
      ),
    followUp: async ({ application, token }, message, flags) =>
      (await unbound.post(Routes.webhook(application, token), {
        ...content(message, { flags: flags | toBody(message).flags }),
        query: new URLSearchParams({ wait: 'true' }),
        auth: false,
      })) as APIMessage,
    async deleteWebhookMessage({ application, token }, id) {
      const request = () => unbound.delete(Routes.webhookMessage(application, token, id), { auth: false });
      await send(request).catch(unless(isMessageGone));
    },
  };
}

function send<Answer>(request: () => Promise<unknown>): Promise<Answer> {
  return patiently(request) as Promise<Answer>;
}

function unless(isFine: (error: unknown) => boolean): (error: unknown) => void {
  return (error) => {
    if (!isFine(error)) throw error;
  };
}
