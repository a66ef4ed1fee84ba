import { once } from 'node:events';
import { type APIMessage, ChannelType } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeDiscord, type FakeDiscord } from '../fakes/discord/fake-discord.ts';
import { fileAt } from '../fakes/discord/files.ts';
import type { FakeInteraction } from '../fakes/discord/interactions.ts';
import { addPerson, type DiscordPerson } from '../fakes/discord/people.ts';
import { addChannel, addGuild, directChannel, type FakeChannel, messagesIn } from '../fakes/discord/world.ts';
import { newFolder, type Program, spawnProgram, startProgram } from './program.ts';

/** Milliseconds from the ack to kill -9. */
const moments = [0, 150, 400, 900, 1500, 2500];

describe('the real program in Discord', () => {
  let fake: FakeDiscord;
  let program: Program;
  let ana: DiscordPerson;
  let channel: FakeChannel;
  let folder: string;

  beforeEach(async () => {
    folder = newFolder();
    fake = await createFakeDiscord();
    const guild = addGuild(fake.world, 'Painters');
    channel = addChannel(fake.world, { type: ChannelType.GuildText, name: 'art', guildId: guild.id });
    ana = addPerson(fake, 'Ana');
    program = await start();
  }, 120_000);

  afterEach(async () => {
    await program.end('SIGKILL');
    await fake.close();
  });

  async function start(): Promise<Program> {
    const started = await startProgram(folder, { DISCORD_TOKEN: fake.token, DISCORD_API_URL: fake.apiUrl });
    await until(() => fake.world.commands.has('global') && fake.gateway.connected > 0);
    return started;
  }

  const answers = (thread: string) =>
    messagesIn(fake.world, thread).filter(({ author }) => author.id === fake.world.bot.id);
  const pictured = (thread: string) => answers(thread).filter(({ attachments }) => attachments.length > 0);
  const isQuiet = (thread: string) => answers(thread).every(({ content }) => !content.startsWith('⏳'));

  async function threadOf(asked: FakeInteraction): Promise<string> {
    return (await until(() => fake.world.channels.get(asked.original?.id ?? ''))).id;
  }

  /** The newest message with pictures, once there are so many and nothing is under way. */
  function nextPictures(thread: string, count: number): Promise<APIMessage> {
    return until(() => (pictured(thread).length === count && isQuiet(thread) ? pictured(thread).at(-1) : undefined));
  }

  it('does prompt, like, refine, restart, an old button and reaction, reverse search, delete', {
    timeout: 240_000,
  }, async () => {
    const asked = ana.runs(channel, 'prompt', { text: 'a cat sleeping on the sofa', count: 2, seed: 7 });
    const thread = await threadOf(asked);
    expect(asked.original?.content).toContain('a cat sleeping on the sofa');
    expect(fake.world.channels.get(thread)).toMatchObject({ name: 'a cat sleeping on the sofa', parentId: channel.id });
    const made = await nextPictures(thread, 1);
    const [neighbours] = answers(thread);
    expect(neighbours?.embeds.filter(({ thumbnail }) => thumbnail).length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(neighbours?.embeds.at(-1))).toContain('➕');
    expect(made.attachments.map(({ description }) => description)).toEqual([
      expect.stringContaining('a cat sleeping on the sofa'),
      expect.stringContaining('a cat sleeping on the sofa'),
    ]);

    ana.reacts(made, '👍');
    ana.presses(made, idOf(made, 'refine'));
    const refined = await nextPictures(thread, 2);

    expect(await program.end('SIGTERM')).toBe(0);
    expect(fake.gateway.log.at(-1)).toEqual({ op: 'close', code: 1000 });
    program = await start();
    ana.presses(refined, idOf(refined, 'again'));
    const again = await nextPictures(thread, 3);
    ana.reacts(made, '🔁');
    await nextPictures(thread, 4);

    const [shown] = again.attachments;
    const bytes = fileAt(fake.world, shown?.url ?? '') ?? new Uint8Array();
    const place = fake.world.channels.get(thread) as FakeChannel;
    ana.says(place, 'what is this?', {
      pictures: [{ name: 'it.png', bytes, contentType: 'image/png' }],
      replyTo: again,
    });
    const found = await until(() => answers(thread).find(({ content }) => content.includes('something like it')));
    expect(found.embeds.slice(0, 3).map(({ description }) => description)).toContain(shown?.description);

    ana.presses(again, idOf(again, 'delete'));
    await until(() => pictured(thread).length === 3);
    const eve = addPerson(fake, 'Eve');
    eve.presses(made, idOf(made, 'delete'));
    await until(() => answers(thread).some(({ content }) => content.includes('Only the person who made')));
    expect(pictured(thread)).toHaveLength(3);
  });

  it('answers privately, completes past prompts, edits by a form, and works in direct messages', {
    timeout: 120_000,
  }, async () => {
    const help = ana.runs(channel, 'help');
    await until(() => help.original?.content.includes('/prompt'));
    expect(help.isEphemeral).toBe(true);
    const thread = await threadOf(
      ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1, style: 'watercolor' }),
    );
    const made = await nextPictures(thread, 1);
    const typed = ana.types(channel, 'prompt', 'text', 'fox');
    expect(await until(() => typed.choices)).toEqual([
      { name: 'a red fox in the snow', value: 'a red fox in the snow' },
    ]);
    const opened = ana.presses(made, idOf(made, 'edit'));
    await until(() => opened.modal);
    ana.submits(opened, ['a blue fox in the snow']);
    const edited = await nextPictures(thread, 2);
    expect(edited.content).toBe('a blue fox in the snow');
    ana.picks(made, 'Find the prompt');
    await until(() => answers(thread).some(({ content }) => content.includes('something like it')));
    const direct = directChannel(fake.world, ana.user);
    const bytes = fileAt(fake.world, made.attachments[0]?.url ?? '') ?? new Uint8Array();
    ana.says(direct, '', { pictures: [{ name: 'it.png', bytes, contentType: 'image/png' }] });
    await until(() => answers(direct.id).some(({ content }) => content.includes('something like it')));
  });

  it('loses nothing and posts nothing twice when it is killed at any moment', { timeout: 400_000 }, async () => {
    for (const moment of moments) {
      const asked = ana.runs(channel, 'prompt', {
        text: `a lighthouse by the sea, number ${moment}`,
        count: 2,
        seed: moment,
      });
      // Accepted is what was answered by more than an ack: the first message comes after the job is on disk.
      await until(() => asked.original?.content);
      await new Promise((resolve) => setTimeout(resolve, moment));
      await program.end('SIGKILL');
      program = await start();
      const thread = await threadOf(asked);
      await nextPictures(thread, 1);
      expect(answers(thread).map(kindOf), `killed after ${moment} ms`).toEqual([
        'neighbours and refinement',
        'pictures',
      ]);
    }
  });

  it('goes on through a dropped gateway, a storm of 429 and a failing upload', { timeout: 120_000 }, async () => {
    const { faults, gateway } = fake;
    faults.add({ method: 'POST', path: /callback$/, answer: 429, retryAfter: 0.3, global: true });
    faults.add({ method: 'POST', path: /threads$/, answer: 429, retryAfter: 0.3, times: 3 });
    faults.add({ method: 'POST', path: /messages$/, answer: 429, retryAfter: 0.3, times: 3 });
    faults.add({ method: 'POST', path: /messages$/, answer: 502, times: 3, afterEffect: true });
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1 });
    await until(() => asked.response);
    gateway.drop(1006);
    const thread = await threadOf(asked);
    const made = await nextPictures(thread, 1);
    expect(answers(thread).map(kindOf)).toEqual(['neighbours and refinement', 'pictures']);
    ana.presses(made, idOf(made, 'again'));
    await nextPictures(thread, 2);
  });

  it('ends with the reason when the token is taken back, and finishes the job after the next start', {
    timeout: 120_000,
  }, async () => {
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1 });
    const thread = await threadOf(asked);
    const { token } = fake;
    fake.world.token = 'reset by its owner';
    await until(() => /Discord does not accept DISCORD_TOKEN/.test(program.output()));
    expect(await program.end('SIGCONT')).not.toBe(0);
    fake.world.token = token;
    program = await start();
    await nextPictures(thread, 1);
    expect(answers(thread).map(kindOf)).toEqual(['neighbours and refinement', 'pictures']);
  });

  it('does not start with a wrong token, and says what to do', { timeout: 60_000 }, async () => {
    const environment = { DISCORD_TOKEN: 'wrong.wrong.wrong', DISCORD_API_URL: fake.apiUrl };
    const child = spawnProgram(newFolder(), environment);
    let output = '';
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    const [code] = await once(child, 'exit');
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('does not accept DISCORD_TOKEN') });
  });
});

function kindOf({ embeds, attachments, content }: APIMessage): string {
  if (attachments.length > 0) return 'pictures';
  const isRefined = embeds.some(({ fields }) => fields?.some(({ name }) => name === 'Changes'));
  return embeds.some(({ title }) => title?.startsWith('Prompt')) && isRefined ? 'neighbours and refinement' : content;
}

function idOf(message: APIMessage, name: string): string {
  const id = new RegExp(`"custom_id":"(${name}:[^"]+)"`).exec(JSON.stringify(message.components))?.[1];
  if (!id) throw new Error(`there is no control ${name} under ${message.content}`);
  return id;
}

/** Looks often, until something holds; the test's own time limit ends it. */
async function until<Value>(look: () => Value | undefined | false | null): Promise<Value> {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
