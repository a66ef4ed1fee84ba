import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Adapter, Card, Thread, ThreadRef } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import type { Logger } from '../../src/log.ts';
import type { State } from '../../src/state.ts';
import { createHub } from './events.ts';
import { type Carried, createIntake } from './intake.ts';
import { createJobs } from './jobs.ts';
import { createServer, type RouteParts } from './server.ts';
import { createThreads } from './threads.ts';

const maxStreams = 200;
const adapterName = 'web';

export interface WebAdapterOptions extends Pick<RouteParts, 'search' | 'about' | 'maxImageBytes'> {
  host: string;
  /** 0 takes a free one. */
  port: number;
  token: string | undefined;
  /** What the page's generations belong to. */
  scope: string;
  /** Whether the page may show adult content. */
  isForAdults?: boolean | undefined;
  state: State;
  images: ImageFiles;
  log: Logger;
}

export interface WebAdapter extends Adapter {
  /** Where the page is, once started. */
  address(): string;
}

/** The local page and its HTTP API. `start` throws BotError `invalid_settings` when the port can't be had. */
export function createWebAdapter(options: WebAdapterOptions): WebAdapter {
  const { host, log, scope, state, token } = options;
  const hub = createHub(maxStreams);
  const threads = createThreads(state, hub.notify);
  const jobs = createJobs(threads, hub.notify);
  let server: Server | undefined;

  return {
    name: adapterName,

    async start(handler) {
      const intake = createIntake({ name: adapterName, scope, handler, threads, jobs });
      const parts = { ...options, name: adapterName, handler, intake, threads, jobs, hub };
      const app = createServer(parts, { host, token, log });
      const created = createAdaptorServer({ fetch: app.fetch, hostname: host }) as Server;
      await listen(created, options);
      server = created;
      log.info({ url: addressOf(created, host) }, `The page is at ${addressOf(created, host)}`);
    },

    async stop() {
      hub.close();
      if (server) await close(server);
      server = undefined;
    },

    thread: (ref, carried) => createThread(ref, carried as Carried | undefined),

    address() {
      if (!server) throw new Error('the web adapter is not started');
      return addressOf(server, host);
    },
  };

  function createThread(ref: ThreadRef, carried: Carried | undefined): Thread {
    return {
      ref,
      async post(card: Card, { key }) {
        const asker = card.personal ? carried?.asker : undefined;
        return { ...ref, message: await threads.post(ref.thread, card, { key, asker }) };
      },
      remove: ({ message }) => threads.remove(message),
      progress: (update) => jobs.update(ref.thread, update),
      adultRemedy: 'This page is not set up to show it (WEB_NSFW). Change the prompt.',
      isForAdults: async () => options.isForAdults ?? false,
    };
  }
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(cause, host, port)));
    server.listen(port, host, () => resolve());
  });
}

function listenError(cause: Error, host: string, port: number): BotError {
  const code = 'code' in cause ? cause.code : undefined;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use by another program. Stop it, or set PORT to another number.`,
    EACCES: `Port ${port} needs more rights than this program has. Set PORT to a number above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine. Set HOST to one that is, or remove it.`,
  };
  const message = reasons[String(code)] ?? `The page can't listen on ${host} port ${port}. Check HOST and PORT.`;
  return new BotError('invalid_settings', message, { cause });
}

/** Lets answers under way finish, but waits for no idle or endless connection. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const patience = setTimeout(() => server.closeAllConnections(), 1000);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(patience);
      resolve();
    });
  });
}

function addressOf(server: Server, host: string): string {
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
