import { type APIMessage, ChannelType } from 'discord-api-types/v10';
import { createFakeDiscord, type FakeDiscord } from '../fakes/discord/fake-discord.ts';
import type { FakeInteraction } from '../fakes/discord/interactions.ts';
import { addPerson, type DiscordPerson } from '../fakes/discord/people.ts';
import { addChannel, addGuild, type FakeChannel, type FakeGuild, messagesIn } from '../fakes/discord/world.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

interface FreshServer {
  guild: FakeGuild;
  channel: FakeChannel;
  ana: DiscordPerson;
}

/** The real program in a server of the fake Discord, and what is seen there. */
export interface DiscordScene extends FreshServer {
  fake: FakeDiscord;
  /** A server of its own for a test, where nothing happened yet. */
  freshServer(): FreshServer;
  program(): Program;
  /** Starts the program on the same data; the one before must have ended. */
  start(): Promise<void>;
  /** Ends it with a signal and starts it anew; resolves to the exit code. */
  restart(signal: NodeJS.Signals): Promise<number | null>;
  /** The bot's messages in a channel, oldest first. */
  answers(channel: string): APIMessage[];
  pictured(channel: string): APIMessage[];
  threadOf(asked: FakeInteraction): Promise<FakeChannel>;
  /** The newest message with pictures, once there are so many and nothing is under way. */
  nextPictures(channel: string, count: number): Promise<APIMessage>;
  close(): Promise<void>;
}

export async function openScene(options: { minimal?: boolean } = {}): Promise<DiscordScene> {
  const folder = await usedFolder();
  const fake = await createFakeDiscord(options);
  let program: Program;

  function freshServer(): FreshServer {
    const guild = addGuild(fake.world, 'Painters');
    const channel = addChannel(fake.world, { type: ChannelType.GuildText, name: 'art', guildId: guild.id });
    return { guild, channel, ana: addPerson(fake, 'Ana') };
  }

  async function start() {
    program = await startProgram(folder, { DISCORD_TOKEN: fake.token, DISCORD_API_URL: fake.apiUrl });
    await until(() => fake.world.commands.has('global') && fake.gateway.connected > 0);
  }

  const answers = (id: string) => messagesIn(fake.world, id).filter(({ author }) => author.id === fake.world.bot.id);
  const pictured = (id: string) =>
    answers(id).filter(({ attachments, content }) => attachments.length > 0 && !content.startsWith('⏳'));
  const isQuiet = (id: string) => answers(id).every(({ content }) => !content.startsWith('⏳'));

  await start();
  return {
    fake,
    freshServer,
    ...freshServer(),
    program: () => program,
    start,
    async restart(signal) {
      const code = await program.end(signal);
      await start();
      return code;
    },
    answers,
    pictured,
    threadOf: (asked) => until(() => fake.world.channels.get(asked.original?.id ?? '')),
    nextPictures: (id, count) =>
      until(() => (pictured(id).length === count && isQuiet(id) ? pictured(id).at(-1) : undefined)),
    async close() {
      await program.end('SIGKILL');
      await fake.close();
    },
  };
}

/** What a message of the usual answer to /prompt is, or its text. */
export function kindOf({ embeds, attachments, content }: APIMessage): string {
  if (attachments.length > 0) return 'pictures';
  const isRefined = embeds.some(({ fields }) => fields?.some(({ name }) => name === 'Changes'));
  return embeds.some(({ title }) => title?.startsWith('Prompt')) && isRefined ? 'neighbours and refinement' : content;
}

/** The id of a control under a message, by its name. */
export function idOf(message: APIMessage, name: string): string {
  const id = new RegExp(`"custom_id":"(${name}:[^"]+)"`).exec(JSON.stringify(message.components))?.[1];
  if (!id) throw new Error(`there is no control ${name} under ${message.content}`);
  return id;
}

// Far more than anything here takes, on a busy machine too.
const patienceMs = 90_000;

/** Looks often, until something holds. Throws with what it looked for when that never comes. */
export async function until<Value>(look: () => Value | undefined | false | null): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`this never came to hold: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
