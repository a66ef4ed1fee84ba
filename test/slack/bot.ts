import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import sharp from 'sharp';
import { expect } from 'vitest';
import { createSlackAdapter } from '../../adapters/slack/adapter.ts';
import type { Accepted, Adapter, ChatHandler, CommandInfo, Invocation } from '../../src/chat.ts';
import type { BotError } from '../../src/errors.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import { openState, type State } from '../../src/state.ts';
import { createFakeSlack, type FakeSlack, type FakeSlackOptions } from '../fakes/slack/fake-slack.ts';
import type { FakeChannel, FakeUser } from '../fakes/slack/workspace.ts';

/** A workspace, its people, and the adapter in it, with a core that accepts and leaves the answering to the test. */
export interface Bot {
  slack: FakeSlack;
  ada: FakeUser;
  /** An administrator. */
  root: FakeUser;
  channel: FakeChannel;
  adapter(): Adapter;
  handler: ScriptedHandler;
  state(): State;
  images: ImageFiles;
  fatal: BotError[];
  log: string[];
  /** Stores a picture; returns its key. */
  picture(colour?: string): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface ScriptedHandler extends ChatHandler {
  /** Distinct invocations, as a queue keeps them. */
  readonly accepted: Invocation[];
  /** Every call, redeliveries too. */
  readonly offered: Invocation[];
  /** Replaces what `accept` does. */
  script: (invocation: Invocation) => Promise<Accepted>;
}

const commands: readonly CommandInfo[] = [
  {
    name: 'prompt',
    description: 'Make pictures',
    options: {
      text: { type: 'text', maxLength: 4000, description: 'What to draw', required: true },
      count: { type: 'integer', min: 1, max: 4, description: 'How many pictures' },
      aspect: { type: 'choice', choices: ['1:1', '16:9'], description: 'Shape' },
      negative: { type: 'text', maxLength: 1000, description: 'What to leave out' },
      style: { type: 'text', maxLength: 100, suggests: true, description: 'A style' },
      seed: { type: 'integer', min: 0, max: 4_294_967_295, description: 'Seed' },
      raw: { type: 'flag', description: 'Leave the prompt as it is' },
      image: { type: 'image', description: 'A picture to start from' },
    },
  },
  {
    name: 'search',
    description: 'Find prompts',
    options: { text: { type: 'text', maxLength: 4000, description: 'What to find' } },
  },
  {
    name: 'history',
    description: 'Your prompts',
    options: { count: { type: 'integer', min: 1, max: 20, description: 'How many' } },
  },
  { name: 'help', description: 'What this is', options: {} },
];

export const reactions = ['👍', '👎', '🔄', '✨', '🎨', '🔍', '🗑️'];

export async function openBot(
  options: FakeSlackOptions & { start?: boolean; adultChannel?: boolean } = {},
): Promise<Bot> {
  const slack = await createFakeSlack(options);
  const folder = mkdtempSync(path.join(tmpdir(), 'slack-'));
  const { workspace } = slack;
  const ada = workspace.addUser('ada');
  const root = workspace.addUser('root', { admin: true });
  const channel = workspace.addChannel('art', { members: [ada.id, root.id] });
  const images = createDiskImageFiles(path.join(folder, 'images'));
  const handler = scriptedHandler();
  const fatal: BotError[] = [];
  const log: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      log.push(String(chunk));
      done();
    },
  });
  let running: { adapter: Adapter; state: State } | undefined;

  async function start() {
    const state = openState(path.join(folder, 'state'));
    const { http } = options;
    const adapter = createSlackAdapter({
      botToken: slack.tokens.bot,
      connection: http ? { signingSecret: http.signingSecret, port: http.port } : { appToken: slack.tokens.app },
      apiUrl: slack.apiUrl,
      state,
      images,
      adultChannels: options.adultChannel ? [channel.id] : [],
      maxImageBytes: 10_000_000,
      stopGraceMs: 10_000,
      log: pino({ level: 'debug' }, sink),
      onFatal: (error) => fatal.push(error),
    });
    running = { adapter, state };
    await adapter.start(handler);
  }

  async function stop() {
    await running?.adapter.stop();
    await running?.state.close();
    running = undefined;
  }

  if (options.start ?? true) await start();
  return {
    slack,
    ada,
    root,
    channel,
    adapter: () => known(running).adapter,
    state: () => known(running).state,
    handler,
    images,
    fatal,
    log,
    picture: async (colour = '#c05020') => images.put(await pictureBytes(colour)),
    start,
    stop,
    async close() {
      await stop();
      await slack.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function pictureBytes(colour: string, format: 'png' | 'webp' = 'png'): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 48, channels: 3, background: colour } })
    .toFormat(format)
    .toBuffer();
}

export function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('expected a value');
  return value;
}

/** Waits until a condition holds; the test's own time limit ends it. */
export async function until<Value>(look: () => Value | undefined | false): Promise<Value> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function scriptedHandler(): ScriptedHandler {
  const accepted: Invocation[] = [];
  const offered: Invocation[] = [];
  const handler: ScriptedHandler = {
    commands,
    reactions,
    accepted,
    offered,
    script: async ({ id }) => ({ jobId: id, ahead: 0 }),
    async accept(invocation) {
      offered.push(invocation);
      const result = await handler.script(invocation);
      if (!accepted.some(({ id }) => id === invocation.id)) accepted.push(invocation);
      return result;
    },
    suggest: async ({ typed }) => ['watercolor', 'pixel art', 'line art'].filter((style) => style.includes(typed)),
  };
  return handler;
}

/** The first two attempts to accept an event fail: it must come a third time, and be accepted then. */
export async function expectSentAgain(bot: Bot): Promise<void> {
  let failures = 2;
  bot.handler.script = async ({ id }) => {
    if (failures-- > 0) throw new Error('the disk is gone');
    return { jobId: id, ahead: 0 };
  };
  const said = await bot.slack.people.say(bot.ada, bot.slack.workspace.dmWith(bot.ada.id), 'a cat');
  expect(said.deliveries).toMatchObject([{ acked: true, attempts: 3 }]);
  expect(bot.handler.accepted).toHaveLength(1);
}
