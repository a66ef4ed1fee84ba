import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createWorkServer, takes } from '../../src/handover/server.ts';
import {
  addressFile,
  addressSchema,
  type Line,
  lineSchema,
  type Work,
  type WorkOptions,
} from '../../src/handover/work.ts';

export const count: Work<{ to: number }, number> = {
  name: 'count',
  title: 'a count',
  request: z.object({ to: z.number() }),
  event: z.number(),
};

type Run = (request: { to: number }, options: WorkOptions<number>) => Promise<void>;

/** A work server in a data folder of its own, whose one kind of work does what the test says. */
export async function startBot(run: Run) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'promptory-handover-'));
  const logged: { level: number; msg: string; err?: { stack: string } }[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const server = createWorkServer({ dataDir, works: [takes(count, run)], log });
  await server.start();
  onTestFinished(() => {
    // Not waited for: a test that failed may have left work that never ends.
    void server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const address = addressSchema.parse(JSON.parse(readFileSync(addressFile(dataDir), 'utf8')));
  return { dataDir, server, logged, ...address };
}

type Bot = Awaited<ReturnType<typeof startBot>>;

interface Sent {
  path?: string;
  method?: string;
  token?: string;
  body?: string;
}

/** A request as a command sends it, but for what is told; its answer as it comes. */
export async function send({ port, token }: Bot, sent: Sent = {}) {
  const { path: below = '/count', method = 'POST', token: given = token, body = '{"to":3}' } = sent;
  const headers = { authorization: `Bearer ${given}` };
  const asked = request({ host: '127.0.0.1', port, path: below, method, headers });
  asked.on('error', () => undefined);
  asked.end(body);
  const answer = await new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
  const texts = createInterface({ input: answer })[Symbol.asyncIterator]();
  return {
    status: answer.statusCode,
    /** The next line as it is; undefined at the end, also where the connection broke. */
    async text(): Promise<string | undefined> {
      const { value, done } = await texts.next();
      return done ? undefined : value;
    },
    /** The next line but signs of life. */
    async line(): Promise<Line | undefined> {
      for (;;) {
        const text = await this.text();
        if (text !== '') return text === undefined ? undefined : lineSchema.parse(JSON.parse(text));
      }
    },
    leave: () => asked.destroy(),
  };
}

/** Something that is waited for until the test lets it come. */
export function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
