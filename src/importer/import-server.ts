import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { BotError } from '../errors.ts';
import { finishIndexAlone } from './exclusive.ts';
import { type ImportEvent, type ImportParts, importRequestSchema, runImport } from './job.ts';

/** Where a running bot takes imports, in a file of DATA_DIR that only its owner can read. */
export interface ImportAddress {
  port: number;
  token: string;
}

export function addressFile(dataDir: string): string {
  return path.join(dataDir, 'import-server.json');
}

/** Takes imports from `npm run import` while this process has the database. */
export interface ImportServer {
  start(): Promise<void>;
  /** Stops the import under way, which goes on the next time it is asked for. */
  stop(): Promise<void>;
}

const heartbeatMs = 1_000;

// Small, since people's requests wait while a block is encoded.
export const blockRows = 1_024;

interface ServerParts extends Omit<ImportParts, 'signal' | 'onEvent'> {
  /** The corpus has grown. */
  onGrowth(): Promise<void>;
}

/**
 * One import at a time, on a loopback port that asks for a token. The answer is a line of JSON an event; when its reader goes away the import stops.
 * A port and a file, since a socket's path may be no longer than 107 characters and Windows has none.
 */
export function createImportServer(parts: ServerParts): ImportServer {
  const { dataDir, log } = parts;
  const token = randomBytes(32).toString('hex');
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      log.error({ err: error }, 'an import could not be answered');
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isAllowed(request, token)) {
      response.writeHead(403).end();
      return;
    }
    const asked = importRequestSchema.safeParse(JSON.parse(await text(request)));
    if (!asked.success) {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const send = (event: ImportEvent) => void response.write(`${JSON.stringify(event)}\n`);
    if (running) {
      send(busy);
    } else {
      running = work(asked.data, response, send).finally(() => {
        running = undefined;
      });
      await running;
    }
    response.end();
  }

  async function work(
    asked: Parameters<typeof runImport>[0],
    response: ServerResponse,
    send: (event: ImportEvent) => void,
  ): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    // A write is what finds out that the reader's machine or process died without a word.
    const heartbeat = setInterval(() => response.write('\n'), heartbeatMs);
    try {
      const signal = AbortSignal.any([gone.signal, stopping.signal]);
      await runImport(asked, { ...parts, blockRows, signal, onEvent: send });
    } catch (error) {
      log.error({ err: error }, 'an import failed');
      send(failure(error));
    } finally {
      clearInterval(heartbeat);
    }
    await parts.onGrowth();
    if (!stopping.signal.aborted) finishIndex();
  }

  /** What an import that was stopped has left to do; searches scan until it is done. */
  function finishIndex(): void {
    finishIndexAlone(parts.store, parts, { signal: stopping.signal }).catch((error) => {
      if (!stopping.signal.aborted)
        log.error({ err: error }, 'the index of the prompts could not be built; the next start tries again');
    });
  }

  return {
    async start() {
      finishIndex();
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      // A bot without chats and page would end when its import does.
      server.unref();
      const { port } = server.address() as AddressInfo;
      await mkdir(dataDir, { recursive: true });
      await rm(addressFile(dataDir), { force: true });
      await writeFile(addressFile(dataDir), JSON.stringify({ port, token } satisfies ImportAddress), { mode: 0o600 });
    },
    async stop() {
      stopping.abort();
      await running;
      await rm(addressFile(dataDir), { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

const busy: ImportEvent = {
  kind: 'failed',
  code: 'conflict',
  message: 'The bot is at another import already. Wait for its end, or stop it, and run this again.',
};

function failure(error: unknown): ImportEvent {
  if (error instanceof BotError) return { kind: 'failed', code: error.code, message: error.message };
  return {
    kind: 'failed',
    code: 'internal',
    message: 'The import failed on an unexpected error; the log of the bot has it.',
  };
}

function isAllowed({ method, url, headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return method === 'POST' && url === '/import' && given.length === wanted.length && timingSafeEqual(given, wanted);
}
