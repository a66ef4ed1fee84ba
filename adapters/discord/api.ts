import { setTimeout as sleep } from 'node:timers/promises';
import {
  type APIApplicationCommand,
  type APIChannel,
  type APIInteractionResponse,
  type APIMessage,
  DefaultRestOptions,
  type RawFile,
  REST,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import { codeOf, isMessageGone, isUnauthorized } from './failures.ts';
import { type OutgoingMessage, toBody, toFiles } from './outgoing.ts';
import type { Patiently } from './patience.ts';

/** An interaction's own webhook. */
export interface Webhook {
  application: string;
  token: string;
}

/** The requests this adapter makes. All throw what discord.js throws. */
export interface DiscordApi {
  /** Tries once, with a nonce that Discord enforces for a few minutes: the caller decides whether to repeat it. */
  createMessage(channel: string, message: OutgoingMessage, nonce: string): Promise<APIMessage>;
  editMessage(channel: string, id: string, message: OutgoingMessage): Promise<APIMessage>;
  /** Deleting what is gone is no error. */
  deleteMessage(channel: string, id: string): Promise<void>;
  getMessage(channel: string, id: string): Promise<APIMessage>;
  /** Up to 100 messages, those before a message or the newest, newest first. */
  messagesBefore(channel: string, before: string | undefined): Promise<APIMessage[]>;
  getChannel(id: string): Promise<APIChannel>;
  /** Opens an archived thread again; its creator may. */
  unarchive(thread: string): Promise<void>;
  openDirect(user: string): Promise<APIChannel>;
  /** Returns the thread's id; a message that has one already keeps it. */
  startThread(channel: string, message: string, name: string): Promise<string>;
  /** The first response; one that was given already is no error. */
  respond(interaction: { id: string; token: string }, response: APIInteractionResponse): Promise<void>;
  editOriginal(webhook: Webhook, message: OutgoingMessage): Promise<APIMessage>;
  /** Tries once: webhooks know no nonce (discord/discord-api-docs#6647). */
  followUp(webhook: Webhook, message: OutgoingMessage, flags: number): Promise<APIMessage>;
  deleteWebhookMessage(webhook: Webhook, id: string): Promise<void>;
  /** The commands that are registered everywhere, or in one server. */
  getCommands(application: string, guild: string | undefined): Promise<APIApplicationCommand[]>;
  putCommands(application: string, guild: string | undefined, commands: CommandBodies): Promise<void>;
}

export type CommandBodies = RESTPutAPIApplicationCommandsJSONBody;

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
  patiently: Patiently;
  /** Ends requests under way. */
  stopping: AbortSignal;
}

export function createApi({ apiUrl, token, onUnauthorized, holdMs, patiently, stopping }: ApiOptions): DiscordApi {
  // One policy of retries, `patiently`: REST's own repeat a POST at once, when its effect may have come already.
  const common = { api: apiUrl, version, timeout: timeoutMs, retries: 0, makeRequest: untilStopped(stopping) };
  const rest = new REST(common).setToken(token);
  // "Interaction endpoints are not bound to the bot's Global Rate Limit."
  const unbound = new REST({ ...common, globalRequestsPerSecond: Number.POSITIVE_INFINITY });
  let refusal: unknown;

  async function authorised<Answer>(request: () => Promise<unknown>): Promise<Answer> {
    if (refusal !== undefined) throw refusal;
    try {
      return (await request()) as Answer;
    } catch (error) {
      if (refusal === undefined && !isUnauthorized(error)) throw error;
      if (refusal === undefined) onUnauthorized(error);
      refusal ??= error;
      throw refusal;
    }
  }

  /** Jobs that fail are over, jobs that wait are handed back: what a dead token leaves undone is done after the next start. */
  async function once<Answer>(request: () => Promise<unknown>): Promise<Answer> {
    try {
      return await authorised<Answer>(request);
    } catch (error) {
      if (refusal !== undefined) await sleep(holdMs);
      throw error;
    }
  }

  const asBot = <Answer>(request: () => Promise<unknown>) => once<Answer>(() => patiently(request));

  const content = (message: OutgoingMessage, extra: object = {}) => ({
    body: { ...toBody(message), ...extra } satisfies RESTPatchAPIChannelMessageJSONBody,
    files: toFiles(message) satisfies RawFile[],
  });

  return {
    createMessage: (channel, message, nonce) =>
      once(() => rest.post(Routes.channelMessages(channel), content(message, { nonce, enforce_nonce: true }))),
    editMessage: (channel, id, message) =>
      asBot(() => rest.patch(Routes.channelMessage(channel, id), content(message))),
    async deleteMessage(channel, id) {
      await asBot(() => rest.delete(Routes.channelMessage(channel, id))).catch(unless(isMessageGone));
    },
    getMessage: (channel, id) => asBot(() => rest.get(Routes.channelMessage(channel, id))),
    messagesBefore(channel, before) {
      const query = new URLSearchParams({ limit: '100', ...(before ? { before } : {}) });
      return asBot(() => rest.get(Routes.channelMessages(channel), { query }));
    },
    getChannel: (id) => asBot(() => rest.get(Routes.channel(id))),
    unarchive: (thread) => asBot(() => rest.patch(Routes.channel(thread), { body: { archived: false } })),
    openDirect: (user) => asBot(() => rest.post(Routes.userChannels(), { body: { recipient_id: user } })),
    async startThread(channel, message, name) {
      const body = { name, auto_archive_duration: dayMinutes };
      try {
        const thread = await asBot<APIChannel>(() => rest.post(Routes.threads(channel, message), { body }));
        return thread.id ?? message;
      } catch (error) {
        // A thread has the id of the message it was started on.
        if (codeOf(error) === RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage) return message;
        throw error;
      }
    },
    async respond({ id, token }, body) {
      const query = new URLSearchParams({ with_response: 'false' });
      const request = () => unbound.post(Routes.interactionCallback(id, token), { body, query, auth: false });
      await patiently(request).catch(
        unless((error) => codeOf(error) === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged),
      );
    },
    async editOriginal({ application, token }, message) {
      const route = Routes.webhookMessage(application, token, '@original');
      return (await patiently(() => unbound.patch(route, { ...content(message), auth: false }))) as APIMessage;
    },
    followUp: async ({ application, token }, message, flags) =>
      (await unbound.post(Routes.webhook(application, token), {
        ...content(message, { flags: flags | toBody(message).flags }),
        query: new URLSearchParams({ wait: 'true' }),
        auth: false,
      })) as APIMessage,
    async deleteWebhookMessage({ application, token }, id) {
      const request = () => unbound.delete(Routes.webhookMessage(application, token, id), { auth: false });
      await patiently(request).catch(unless(isMessageGone));
    },
    getCommands: (application, guild) =>
      authorised(() => patiently(() => rest.get(registrationRoute(application, guild)))),
    putCommands: (application, guild, body) =>
      authorised(() => patiently(() => rest.put(registrationRoute(application, guild), { body }))),
  };
}

function untilStopped(stopping: AbortSignal): typeof DefaultRestOptions.makeRequest {
  return (url, init) => {
    const signal = init.signal ? AbortSignal.any([stopping, init.signal as AbortSignal]) : stopping;
    return DefaultRestOptions.makeRequest(url, { ...init, signal });
  };
}

/** Where commands are registered: everywhere, or in one server. */
export function registrationRoute(application: string, guild: string | undefined) {
  return guild ? Routes.applicationGuildCommands(application, guild) : Routes.applicationCommands(application);
}

function unless(isFine: (error: unknown) => boolean): (error: unknown) => void {
  return (error) => {
    if (!isFine(error)) throw error;
  };
}
