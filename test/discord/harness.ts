import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type APIMessage, ChannelType } from 'discord-api-types/v10';
import { pino } from 'pino';
import sharp from 'sharp';
import { createDiscordAdapter, type DiscordAdapterOptions } from '../../adapters/discord/discord.ts';
import type { Adapter, ChatHandler, CommandInfo, Invocation, Suggestion } from '../../src/chat.ts';
import type { BotError } from '../../src/errors.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import { openState, type State } from '../../src/state.ts';
import { createFakeDiscord, type FakeDiscord } from '../fakes/discord/fake-discord.ts';
import type { FakeInteraction } from '../fakes/discord/interactions.ts';
import { addPerson, type DiscordPerson } from '../fakes/discord/people.ts';
import { addChannel, addGuild, type FakeChannel, type FakeGuild } from '../fakes/discord/world.ts';

export const testCommands: readonly CommandInfo[] = [
  {
    name: 'prompt',
    description: 'Make pictures from your words',
    options: {
      text: { type: 'text', required: true, maxLength: 4000, suggests: true, description: 'What you want to see' },
      count: { type: 'integer', min: 1, max: 4, description: 'How many pictures' },
      style: { type: 'choice', choices: Array.from({ length: 30 }, (_, i) => `style ${i}`), description: 'A style' },
      raw: { type: 'flag', description: 'Use the words as they are' },
      image: { type: 'image', description: 'A picture to search by' },
    },
  },
  { name: 'help', description: 'What the bot can do', options: {}, personal: true },
];

/** A core that accepts everything once, and answers nothing by itself. */
export interface ScriptedCore {
  handler: ChatHandler;
  invocations: Invocation[];
  /** Replaces what happens on acceptance; it may throw. */
  onAccept: (invocation: Invocation) => Promise<void>;
  suggestions: string[];
  /** What was asked to be completed. */
  questions: Suggestion[];
}

export function createScriptedCore(commands: readonly CommandInfo[] = testCommands): ScriptedCore {
  const core: ScriptedCore = {
    invocations: [],
    onAccept: async () => {},
    suggestions: [],
    questions: [],
    handler: {
      commands,
      reactions: ['👍', '👎', '🔁', '🗑️'],
      async accept(invocation) {
        await core.onAccept(invocation);
        core.invocations.push(invocation);
        return { jobId: `job-${invocation.id}`, ahead: 0 };
      },
      async suggest(question) {
        core.questions.push(question);
        return core.suggestions;
      },
    },
  };
  return core;
}

export interface Harness {
  fake: FakeDiscord;
  core: ScriptedCore;
  guild: FakeGuild;
  channel: FakeChannel;
  ana: DiscordPerson;
  images: ImageFiles;
  fatal: BotError[];
  logged: string[];
  state(): State;
  adapter(): Adapter;
  /** Ends the adapter as a killed process would (nothing is waited for), and starts a new one on the same data. */
  restart(options?: { cleanly?: boolean }): Promise<void>;
  close(): Promise<void>;
}

export type HarnessOptions = Partial<Pick<DiscordAdapterOptions, 'shards' | 'timing'>> & {
  heartbeatMs?: number;
  /** The server sends and offers nothing optional. */
  minimal?: boolean;
  commands?: readonly CommandInfo[];
  /** DISCORD_GUILD_ID: the harness's server, or one that the bot is not in. */
  developIn?: 'own' | 'foreign';
  /** Called before the adapter starts. */
  prepare?: (fake: FakeDiscord) => void;
};

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const folder = mkdtempSync(path.join(tmpdir(), 'promptory-discord-'));
  const { heartbeatMs = 41_250, minimal = false } = options;
  const fake = await createFakeDiscord({ heartbeatMs, minimal });
  const core = createScriptedCore(options.commands);
  const guild = addGuild(fake.world, 'Painters');
  const channel = addChannel(fake.world, { type: ChannelType.GuildText, name: 'pictures', guildId: guild.id });
  const developIn = { own: guild.id, foreign: fake.world.snowflake(), nowhere: undefined };
  const images = createDiskImageFiles(path.join(folder, 'images'));
  const fatal: BotError[] = [];
  const logged: string[] = [];
  let state: State;
  let adapter: Adapter;

  async function start() {
    state = openState(path.join(folder, 'state'));
    adapter = createDiscordAdapter({
      token: fake.token,
      apiUrl: fake.apiUrl,
      shards: options.shards,
      guildId: developIn[options.developIn ?? 'nowhere'],
      state,
      images,
      maxImageBytes: 5 * 1024 * 1024,
      log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
      onFatal: (error) => fatal.push(error),
      timing: { editEveryMs: 300, firstProgressAfterMs: 50, resumeWithinMs: 1000, holdMs: 100, ...options.timing },
    });
    await adapter.start(core.handler);
  }

  options.prepare?.(fake);
  await start();
  return {
    fake,
    core,
    guild,
    channel,
    ana: addPerson(fake, 'Ana'),
    images,
    fatal,
    logged,
    state: () => state,
    adapter: () => adapter,
    async restart() {
      await adapter.stop();
      await state.close();
      await start();
    },
    async close() {
      await adapter.stop();
      await state.close();
      await fake.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something holds: by looking often, for at most fifteen seconds. */
export async function until<Value>(look: () => Value | undefined | false | null): Promise<Value> {
  for (let tries = 0; tries < 1500; tries++) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`this did not happen within fifteen seconds: ${look}`);
}

/** Messages that stand in a channel and everyone sees, oldest first. */
export function seenIn({ fake }: Harness, channel: string): APIMessage[] {
  return fake.world.messages.filter(({ id, channel_id }) => channel_id === channel && !fake.world.ephemeral.has(id));
}

/** Runs `/prompt` in the harness's channel, and resolves with the invocation and the thread that was opened. */
export async function promptInThread(
  harness: Harness,
  text = 'a cat',
): Promise<{ interaction: FakeInteraction; invocation: Invocation; thread: FakeChannel }> {
  const interaction = harness.ana.runs(harness.channel, 'prompt', { text });
  const invocation = await until(() => harness.core.invocations.find(({ id }) => id === interaction.id));
  const thread = await until(() => harness.fake.world.channels.get(interaction.original?.id ?? ''));
  return { interaction, invocation, thread };
}

export function testPicture(colour: string, side = 64): Promise<Buffer> {
  return sharp({ create: { width: side, height: side, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** Noise, which no encoder makes small. */
export function noisyPicture(side: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  return sharp({ create: { width: side, height: side, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer();
}
