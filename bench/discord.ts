import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ApplicationCommandOptionType, ApplicationCommandType, ChannelType } from 'discord-api-types/v10';
import { createFakeDiscord, type FakeDiscord } from '../test/fakes/discord/fake-discord.ts';
import type { FakeInteraction } from '../test/fakes/discord/interactions.ts';
import { addPerson, type DiscordPerson } from '../test/fakes/discord/people.ts';
import { addChannel, addGuild, directChannel, type FakeChannel, type World } from '../test/fakes/discord/world.ts';

const atOnce = 50;
const rounds = 4;
const commands = 200;
const inFlight = 20;

/** Milliseconds from INTERACTION_CREATE to the ack, idle and while embedding, and commands a second next to a bare discord.js program. */
export async function benchDiscord(): Promise<Record<string, string | number>> {
  const idle = await withBot('ours', acks);
  const embedding = await withBot('embedding', acks);
  const bare = await withBot('bare', ({ ana, channel }) => throughput(ana, channel, isEdited));
  const inThread = await withBot('ours', ({ ana, channel, fake }) =>
    throughput(ana, channel, (asked) => isAnswered(fake.world, asked.original?.id)),
  );
  const inDirect = await withBot('ours', ({ ana, fake }) => {
    const direct = directChannel(fake.world, ana.user);
    let answered = 0;
    return throughput(ana, direct, () => countIn(fake.world, direct.id) > answered && ++answered > 0);
  });
  return {
    'ack p50 ms, 50 at once': percentile(idle, 0.5),
    'ack p99 ms, 50 at once': percentile(idle, 0.99),
    'ack p50 ms, 50 at once, while embedding': percentile(embedding, 0.5),
    'ack p99 ms, 50 at once, while embedding': percentile(embedding, 0.99),
    'commands/s, bare discord.js (defer, edit)': bare,
    'commands/s, in threads (defer, edit, open thread, post)': inThread,
    'commands/s, in direct messages (defer, edit, post)': inDirect,
    'ratio in threads': round(inThread / bare),
    'ratio in direct messages': round(inDirect / bare),
  };
}

interface Scene {
  fake: FakeDiscord;
  ana: DiscordPerson;
  channel: FakeChannel;
}

async function withBot<Value>(kind: string, measure: (scene: Scene) => Promise<Value>): Promise<Value> {
  const fake = await createFakeDiscord();
  const guild = addGuild(fake.world, 'Bench');
  const channel = addChannel(fake.world, { type: ChannelType.GuildText, guildId: guild.id });
  registerPrompt(fake.world);
  const bot = fork(path.join(import.meta.dirname, 'discord-bot.ts'), [kind, fake.apiUrl, fake.token], {
    execArgv: process.execArgv,
  });
  try {
    await readyOrEnded(bot);
    return await measure({ fake, ana: addPerson(fake, 'Ana'), channel });
  } finally {
    bot.kill('SIGKILL');
    await fake.close();
  }
}

async function readyOrEnded(bot: ChildProcess): Promise<void> {
  const ended = once(bot, 'exit').then(([code]) => {
    throw new Error(`the bot ended with code ${code}`);
  });
  await Promise.race([once(bot, 'message'), ended]);
}

/** The bare program registers no commands. */
function registerPrompt(world: World) {
  const option = {
    type: ApplicationCommandOptionType.String as const,
    name: 'text',
    description: 'What to see',
    required: true,
  };
  world.commands.set('global', [
    {
      id: world.snowflake(),
      type: ApplicationCommandType.ChatInput,
      application_id: world.applicationId,
      name: 'prompt',
      description: 'Make pictures',
      default_member_permissions: null,
      version: world.snowflake(),
      options: [option],
    },
  ]);
}

async function acks({ ana, channel }: Scene): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const asked = Array.from({ length: atOnce }, () => ana.runs(channel, 'prompt', { text: 'a cat' }));
    await until(() => asked.every(({ ackMs }) => ackMs !== undefined));
    times.push(...asked.flatMap(({ ackMs }) => ackMs ?? []));
  }
  return times;
}

/** Commands a second, with always as many in flight. */
async function throughput(
  ana: DiscordPerson,
  channel: FakeChannel,
  isDone: (asked: FakeInteraction) => boolean,
): Promise<number> {
  const began = performance.now();
  let left = commands;
  const one = async (): Promise<void> => {
    if (left === 0) return;
    left -= 1;
    const asked = ana.runs(channel, 'prompt', { text: 'a cat' });
    await until(() => isDone(asked));
    return one();
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return round(commands / ((performance.now() - began) / 1000));
}

const isEdited = (asked: FakeInteraction) => asked.original?.content === 'done';
const isAnswered = (world: World, thread: string | undefined) => thread !== undefined && countIn(world, thread) > 0;

function countIn({ messages }: World, channel: string): number {
  return messages.filter(({ channel_id, content }) => channel_id === channel && content === 'done').length;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
