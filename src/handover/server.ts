import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { BotError, isAbort, isOrdinary } from '../errors.ts';
import type { Logger } from '../log.ts';
import { addressFile, type Line, type Work, type WorkAddress, type WorkOptions } from './work.ts';

/** Takes work from commands while this process has the database. */
export interface WorkServer {
  start(): Promise<void>;
  /** Stops the work under way, which goes on the next time it is asked for. */
  stop(): Promise<void>;
}

type Run = (options: WorkOptions<unknown>) => Promise<void>;

/** One kind of work that the bot does for a command. */
export interface TakenWork extends Pick<Work<unknown, unknown>, 'name' | 'title'> {
  /** Undefined when it is no request for this work. */
  prepare(request: unknown): Run | undefined;
}

export function takes<Request, Event>(
  { name, title, request: schema }: Work<Request, Event>,
  run: (request: Request, options: WorkOptions<Event>) => Promise<void>,
): TakenWork {
  return {
    name,
    title,
    prepare(given) {
      const { data } = schema.safeParse(given);
      return data === undefined ? undefined : (options) => run(data, options);
    },
  };
}

interface Asked {
  run: Run;
  title: string;
}

interface Running {
  title: string;
  /** Aborted once nobody reads of it any more. */
  left: AbortSignal;
  ended: Promise<void>;
}

const heartbeatMs = 1_000;

/** How long a reader that stands still may hold up the end of this process, ms. */
const lastWordMs = 2_000;

interface ServerParts {
  dataDir: string;
  works: readonly TakenWork[];
  log: Logger;
}

/**
 * One piece of work at a time, on a loopback port that asks for a token. The answer is a line of JSON an event; when its reader goes away the work stops.
 * A port and a file, since a socket's path may be no longer than 107 characters and Windows has none.
 */
export function createWorkServer({ dataDir, works, log }: ServerParts): WorkServer {
  const token = randomBytes(32).toString('hex');
  const stopping = new AbortController();
  let running: Running | undefined;
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      log.error({ err: error }, 'a command could not be answered');
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isAllowed(request, token)) {
      response.writeHead(403).end();
      return;
    }
    const asked = works.find(({ name }) => request.url === `/${name}`);
    const run = asked?.prepare(await readJson(request));
    if (!asked || !run) {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    // What was stopped is waited for: the same command, run again at once, goes on with it.
    while (running?.left.aborted) {
      response.write(lineOf(waiting(running.title)));
      await running.ended;
    }
    if (running) {
      response.end(lineOf(busy(running.title)));
      return;
    }
    const ended = work({ run, title: asked.title }, response, gone.signal).finally(() => {
      running = undefined;
    });
    running = { title: asked.title, left: gone.signal, ended };
    await ended;
  }

  async function work({ run, title }: Asked, response: ServerResponse, left: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([left, stopping.signal]);
    const send = (line: Line) => void response.write(lineOf(line));
    // A write is what finds out that the reader's machine or process died without a word.
    const heartbeat = setInterval(() => response.write('\n'), heartbeatMs);
    try {
      signal.throwIfAborted();
      await run({ signal, onEvent: (event) => send({ kind: 'event', event }) });
      send({ kind: 'done' });
    } catch (error) {
      const isStopped = signal.aborted && isAbort(error);
      if (isStopped) log.info(`stopped: ${title}, for a command`);
      else if (error instanceof BotError && isOrdinary(error))
        log.info({ code: error.code }, `refused: ${title}, for a command`);
      else log.error({ err: error }, `failed: ${title}, for a command`);
      send(isStopped ? stopped : failure(error));
    } finally {
      clearInterval(heartbeat);
    }
    response.end();
    // The last word is on its way before this process may end.
    await finished(response, { signal: AbortSignal.timeout(lastWordMs) }).catch(() => undefined);
  }

  return {
    async start() {
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      // A bot without chats and page would end when its work does.
      server.unref();
      const { port } = server.address() as AddressInfo;
      await mkdir(dataDir, { recursive: true });
      await rm(addressFile(dataDir), { force: true });
      await writeFile(addressFile(dataDir), JSON.stringify({ port, token } satisfies WorkAddress), { mode: 0o600 });
    },
    async stop() {
      stopping.abort();
      while (running) await running.ended;
      await rm(addressFile(dataDir), { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

function lineOf(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

function waiting(title: string): Line {
  return { kind: 'waiting', message: `Waiting until the bot has ended ${title}.` };
}

function busy(title: string): Line {
  return {
    kind: 'failed',
    message: `The bot is at ${title} already. Wait for its end, or stop it, and run this again.`,
  };
}

const stopped: Line = {
  kind: 'failed',
  message: 'The bot was stopped. What it did is kept: run the same command again to go on.',
};

function failure(error: unknown): Line {
  const message =
    error instanceof BotError ? error.message : 'It failed on an unexpected error; the log of the bot has it.';
  return { kind: 'failed', message };
}

/** Undefined for what is no JSON, or came only in part. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await text(request));
  } catch {
    return undefined;
  }
}

function isAllowed({ method, headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return method === 'POST' && given.length === wanted.length && timingSafeEqual(given, wanted);
}
