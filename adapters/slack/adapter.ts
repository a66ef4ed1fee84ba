import { App, HTTPReceiver, type Receiver } from '@slack/bolt';
import type { Adapter, ChatHandler } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import { downloadImage } from '../../src/images/download.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import type { Logger } from '../../src/log.ts';
import { createSeal } from '../../src/seal.ts';
import type { State } from '../../src/state.ts';
import { clientOptions, createApi, type SlackApi } from './api.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { createCards } from './cards.ts';
import { adopt } from './carried.ts';
import { createHostCheck, fileHosts } from './hosts.ts';
import { type Identity, identify } from './identity.ts';
import { listenForCommands } from './inbound/commands.ts';
import type { Inbound } from './inbound/context.ts';
import { listenForControls } from './inbound/controls.ts';
import { listenForMessages } from './inbound/messages.ts';
import { listenForReactions } from './inbound/reactions.ts';
import { listenForShortcuts } from './inbound/shortcuts.ts';
import { listenForSuggestions } from './inbound/suggestions.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { createMembers } from './members.ts';
import { createOnce } from './once.ts';
import { createPersonalAnswers } from './personal.ts';
import { createPictureStore } from './pictures.ts';
import { adapterName, placeOf, threadRef } from './place.ts';
import { createPoster } from './poster.ts';
import { createProgressBoard } from './progress.ts';
import { createRoots } from './roots.ts';
import { createShares } from './shares.ts';
import { createSocketReceiver } from './socket-receiver.ts';
import { createThread, type ThreadParts } from './thread.ts';
import { createUploads } from './uploads.ts';

/** How events reach the app: Socket Mode, or requests that Slack signs. */
export type SlackConnection = { appToken: string } | { signingSecret: string; port: number };

export interface SlackOptions {
  botToken: string;
  connection: SlackConnection;
  /** Undefined: Slack's own. */
  apiUrl?: string | undefined;
  state: State;
  images: ImageFiles;
  /** Ids of the channels where adult content may be shown: Slack itself has no mark for them. */
  adultChannels?: readonly string[] | undefined;
  maxImageBytes: number;
  log: Logger;
  /** Milliseconds that running jobs are given when the process stops. */
  stopGraceMs: number;
  /** A token was refused while running. The process must end: calls wait from here on, until their jobs were handed back for the next start. */
  onFatal(error: BotError): void;
}

/** Where Slack sends its requests in HTTP mode. */
const requestPath = '/slack/events';

/** Milliseconds. */
const downloadTimeout = 30_000;
const betweenPrunings = 3_600_000;

/** The Slack workspace that a bot token belongs to. `start` throws BotError `unauthorized` for refused tokens. */
export function createSlackAdapter(options: SlackOptions): Adapter {
  const { botToken, apiUrl, state, images, log, maxImageBytes } = options;
  const isTrusted = createHostCheck(apiUrl);
  const seal = createSeal(botToken, 'slack openings');
  const api = createApi({ ...options, token: botToken, onDeadToken: options.onFatal });
  let running: { parts: ThreadParts; receiver: Receiver; pruning: NodeJS.Timeout } | undefined;

  async function start(handler: ChatHandler) {
    const identity = await identify({ token: botToken, apiUrl, log });
    const ledger = openLedger(state, identity.team);
    const parts = createParts({ api, ledger, images, isTrusted, adultChannels: options.adultChannels, log });
    const receiver = createReceiver(options);
    const app = createApp(options, identity, receiver);
    listen(app, {
      handler,
      api,
      ledger,
      members: createMembers(api, log),
      scope: `slack:${identity.team}`,
      botUser: identity.botUser,
      seal,
      log,
      tell: (card, { key, place }) => createThread(threadRef(place), parts).post(card, { key }),
    });
    await ledger.prune(Date.now());
    await app.start().catch((error: unknown) => {
      throw startFailure(error, options.connection);
    });
    const prune = () =>
      ledger.prune(Date.now()).catch((error: unknown) => log.warn({ err: error }, 'old records were not forgotten'));
    const pruning = setInterval(prune, betweenPrunings).unref();
    running = { parts, receiver, pruning };
    log.info({ team: identity.team }, 'connected to Slack');
  }

  return {
    name: adapterName,
    start,
    async stop() {
      clearInterval(running?.pruning);
      await running?.receiver.stop();
      await running?.parts.progress.settled();
    },
    thread(ref, carried) {
      if (!running) throw new BotError('internal', 'Slack is not connected yet. Try again in a moment.');
      const { parts } = running;
      return createThread(ref, parts, adopt(parts.ledger, placeOf(ref), { carried, seal }));
    },
    async download(url, { signal }) {
      if (!isTrusted(url))
        throw new BotError('forbidden', 'Only pictures from Slack itself are fetched. Upload the picture here.');
      const headers = { authorization: `Bearer ${botToken}` };
      return downloadImage(url, {
        allowedHosts: fileHosts(apiUrl),
        maxBytes: maxImageBytes,
        headers,
        timeoutMs: downloadTimeout,
        signal,
      });
    },
  };
}

function createParts(shared: Pick<SlackOptions, 'images' | 'log' | 'adultChannels'> & Shared): ThreadParts {
  const { api, ledger, log } = shared;
  const poster = createPoster(api, ledger, log);
  const roots = createRoots(api, ledger, poster);
  const uploads = createUploads(shared);
  const pictures = createPictureStore({ uploads, ledger, log });
  const shares = createShares({ api, ledger, uploads, log });
  return {
    api,
    ledger,
    poster,
    roots,
    cards: createCards({ api, ledger, poster, roots, pictures, shares, uploads }),
    personal: createPersonalAnswers({ ...shared, poster, pictures }),
    progress: createProgressBoard(api, ledger, log),
    adultChannels: new Set(shared.adultChannels),
    once: createOnce(),
  };
}

interface Shared {
  api: SlackApi;
  ledger: Ledger;
  isTrusted(address: string): boolean;
}

function createReceiver({ connection, apiUrl, log, onFatal }: SlackOptions): Receiver {
  if ('appToken' in connection) {
    return createSocketReceiver({ appToken: connection.appToken, apiUrl, log, onDeadToken: onFatal });
  }
  return new HTTPReceiver({
    ...connection,
    endpoints: [requestPath],
    logger: createBoltLogger(log),
    // The answer waits until the event is durable; else what a crash interrupts would not be sent again.
    processBeforeResponse: true,
  });
}

function startFailure(error: unknown, connection: SlackConnection): unknown {
  if (error instanceof BotError || !('port' in connection)) return error;
  const message = `Slack's requests can't be received on port ${connection.port}. Stop what listens there, or set another SLACK_PORT.`;
  return new BotError('internal', message, { cause: error });
}

function createApp({ botToken, apiUrl, log }: SlackOptions, { botUser, botId }: Identity, receiver: Receiver): App {
  return new App({
    token: botToken,
    botId,
    botUserId: botUser,
    // Known from auth.test already; bolt's own check would end in an unhandled rejection.
    tokenVerificationEnabled: false,
    convoStore: false,
    receiver,
    logger: createBoltLogger(log),
    clientOptions: clientOptions(apiUrl, log),
  });
}

function listen(app: App, inbound: Inbound) {
  listenForCommands(app, inbound);
  listenForControls(app, inbound);
  listenForMessages(app, inbound);
  listenForReactions(app, inbound);
  listenForShortcuts(app, inbound);
  listenForSuggestions(app, inbound);
}
