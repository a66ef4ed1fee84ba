import type { Adapter, ChatHandler } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import type { Logger } from '../../src/log.ts';
import type { Shards } from '../../src/shards.ts';
import type { State } from '../../src/state.ts';
import { createApi } from './api.ts';
import { apiAddress } from './api-address.ts';
import { createAsker } from './asking.ts';
import { downloadAttachment } from './attachments.ts';
import { type Carried, createCarrying } from './carried.ts';
import { registerCommands } from './commands.ts';
import { createConnection, type Identity } from './connection.ts';
import { discreet } from './discreet.ts';
import { isUnauthorized } from './failures.ts';
import { createInteractions } from './interactions.ts';
import { revoked } from './login-failure.ts';
import { createMessages } from './messages.ts';
import { createPatience } from './patience.ts';
import { createPlaces, placePrefix } from './places.ts';
import { createPosts } from './posts.ts';
import { createProgress } from './progress.ts';
import { keepPruned, usualLimits } from './pruning.ts';
import { createReactions } from './reactions.ts';
import { openTables } from './records.ts';
import { createSuggestions } from './suggestions.ts';
import { createThread } from './thread.ts';

export interface DiscordAdapterOptions {
  token: string;
  /** Another Discord-compatible server, named on purpose: the token is sent there. */
  apiUrl?: string | undefined;
  /** Registers commands in this server only, where changes show at once. */
  guildId?: string | undefined;
  /** Unset runs as many as Discord recommends. */
  shards?: Shards | undefined;
  state: State;
  images: ImageFiles;
  maxImageBytes: number;
  log: Logger;
  /** Called once when the bot can't go on: its token was taken back, or Discord refuses its settings. Jobs are kept. */
  onFatal(error: BotError): void;
  /** For tests and slow networks. */
  timing?: Partial<Timing> | undefined;
}

interface Timing {
  editEveryMs: number;
  firstProgressAfterMs: number;
  resumeWithinMs: number;
  holdMs: number;
  pruneEveryMs: number;
}

const adapter = 'discord';
const usualTiming: Timing = {
  // Discord allows about five edits in five seconds, for everything in a channel.
  editEveryMs: 2500,
  firstProgressAfterMs: 1000,
  resumeWithinMs: 15_000,
  // Longer than the core waits for running jobs when it stops, before it takes them back: what fails after it is done at the next start.
  holdMs: 15_000,
  pruneEveryMs: 60 * 60 * 1000,
};

/** Discord: slash commands, replies with pictures, threads, buttons and reactions. It and `start` throw BotError when the settings are at fault. */
export function createDiscordAdapter(options: DiscordAdapterOptions): Adapter {
  const { token, guildId, state, images, maxImageBytes } = options;
  const log = discreet(options.log);
  const apiUrl = apiAddress(options.apiUrl);
  const timing = { ...usualTiming, ...options.timing };
  const onFatal = onlyOnce(options.onFatal);
  const tables = openTables(state);
  const stopping = new AbortController();
  const patiently = createPatience(stopping.signal);
  const api = createApi({
    token,
    apiUrl,
    holdMs: timing.holdMs,
    onUnauthorized: (cause) => onFatal(revoked(cause)),
    patiently,
    stopping: stopping.signal,
  });
  const connection = createConnection({
    token,
    apiUrl,
    shards: options.shards ?? 'auto',
    log,
    onFatal,
    resumeWithinMs: timing.resumeWithinMs,
  });
  let identity: Identity | undefined;
  let stopPruning = async () => {};
  const botId = () => identity?.user ?? '';
  const posts = createPosts({ state, tables, api, patiently, botId });
  const carrying = createCarrying(token);
  const places = createPlaces({ state, tables, api, posts });
  const progress = createProgress({
    api,
    places,
    posts,
    botId,
    log,
    editEveryMs: timing.editEveryMs,
    firstAfterMs: timing.firstProgressAfterMs,
  });

  /** Commands of an earlier start still work when Discord can't take new ones right now. */
  async function register({ application }: Identity, { commands }: ChatHandler): Promise<void> {
    try {
      const { registered } = await registerCommands(commands, { apiUrl, application, guild: guildId }, { api, tables });
      log.info({ application, registered }, 'connected to Discord');
    } catch (error) {
      if (error instanceof BotError) throw error;
      if (isUnauthorized(error)) throw revoked(error);
      log.error({ err: error }, 'the commands could not be registered');
    }
  }

  return {
    name: adapter,
    async start(handler) {
      const parts = { adapter, api, tables, places, posts, carrying, handler, log, botId };
      const ask = createAsker(parts);
      const receiveInteraction = createInteractions({ ...parts, ask, suggestions: createSuggestions() });
      const receiveMessage = createMessages(parts);
      const receiveReaction = createReactions({ ...parts, moderates: connection.moderates });
      let registering: Promise<void> | undefined;
      let isStarted = false;
      stopPruning = keepPruned(tables, { limits: usualLimits, everyMs: timing.pruneEveryMs, log });
      await connection.open({
        ready(found) {
          identity = found;
          registering ??= register(found, handler);
          registering.catch((error: unknown) => {
            if (isStarted && error instanceof BotError) onFatal(error);
          });
        },
        interaction: receiveInteraction,
        message: receiveMessage,
        reaction: receiveReaction,
      });
      await registering;
      isStarted = true;
    },
    async stop() {
      progress.stop();
      // Jobs that Discord keeps waiting are back in the queue by then, and must not keep the process.
      setTimeout(() => stopping.abort(), timing.holdMs).unref();
      await Promise.all([connection.close(), stopPruning()]);
    },
    thread(ref, carried) {
      // What a job of another process carries is the place that this adapter noted there.
      if (carried && ref.thread.startsWith(placePrefix) && !places.find(ref.thread))
        places.adopt(ref.thread, carrying.restore(carried as Carried));
      return createThread(ref, { adapter, state, tables, api, places, posts, progress, images });
    },
    download: (url, { signal }) => downloadAttachment(url, { apiUrl, maxBytes: maxImageBytes }, signal),
  };
}

function onlyOnce(report: (error: BotError) => void): (error: BotError) => void {
  let reported = false;
  return (error) => {
    if (!reported) report(error);
    reported = true;
  };
}
