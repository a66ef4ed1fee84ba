import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileAt } from '../fakes/discord/files.ts';
import { addPerson } from '../fakes/discord/people.ts';
import { directChannel, type FakeChannel } from '../fakes/discord/world.ts';
import { type DiscordScene, idOf, openScene, until } from './discord-scene.ts';
import { newFolder, spawnProgram } from './program.ts';

describe('the real program in Discord', () => {
  let scene: DiscordScene;
  beforeEach(async () => {
    scene = await openScene();
  }, 400_000);
  afterEach(() => scene.close());

  it('does prompt, like, refine, restart, an old button and reaction, reverse search, delete', {
    timeout: 400_000,
  }, async () => {
    const { ana, channel, fake } = scene;
    const asked = ana.runs(channel, 'prompt', { text: 'a cat sleeping on the sofa', count: 2, seed: 7 });
    const { id: thread } = await scene.threadOf(asked);
    expect(asked.original?.content).toContain('a cat sleeping on the sofa');
    expect(fake.world.channels.get(thread)).toMatchObject({ name: 'a cat sleeping on the sofa', parentId: channel.id });
    const made = await scene.nextPictures(thread, 1);
    const [neighbours] = scene.answers(thread);
    expect(neighbours?.embeds.filter(({ thumbnail }) => thumbnail).length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(neighbours?.embeds.at(-1))).toContain('➕');
    expect(made.attachments.map(({ description }) => description)).toEqual([
      expect.stringContaining('a cat sleeping on the sofa'),
      expect.stringContaining('a cat sleeping on the sofa'),
    ]);

    ana.reacts(made, '👍');
    ana.presses(made, idOf(made, 'refine'));
    const refined = await scene.nextPictures(thread, 2);

    expect(await scene.program().end('SIGTERM')).toBe(0);
    expect(fake.gateway.log.at(-1)).toEqual({ op: 'close', code: 1000 });
    await scene.start();
    ana.presses(refined, idOf(refined, 'again'));
    const again = await scene.nextPictures(thread, 3);
    ana.reacts(made, '🔁');
    await scene.nextPictures(thread, 4);

    const [shown] = again.attachments;
    const bytes = fileAt(fake.world, shown?.url ?? '') ?? new Uint8Array();
    const place = fake.world.channels.get(thread) as FakeChannel;
    ana.says(place, 'what is this?', {
      pictures: [{ name: 'it.png', bytes, contentType: 'image/png' }],
      replyTo: again,
    });
    const found = await until(() =>
      scene.answers(thread).find(({ content }) => content.includes('carries its prompt')),
    );
    expect(found.embeds.slice(0, 3).map(({ description }) => description)).toContain(shown?.description);

    ana.presses(again, idOf(again, 'delete'));
    await until(() => scene.pictured(thread).length === 3);
    const eve = addPerson(fake, 'Eve');
    eve.presses(made, idOf(made, 'delete'));
    await until(() => scene.answers(thread).some(({ content }) => content.includes('Only the person who made')));
    expect(scene.pictured(thread)).toHaveLength(3);
  });

  it('answers privately, completes past prompts, edits by a form, and works in direct messages', {
    timeout: 400_000,
  }, async () => {
    const { ana, channel, fake } = scene;
    const help = ana.runs(channel, 'help');
    await until(() => help.original?.content.includes('/prompt'));
    expect(help.isEphemeral).toBe(true);
    const { id: thread } = await scene.threadOf(
      ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1, style: 'watercolor' }),
    );
    const made = await scene.nextPictures(thread, 1);
    const typed = ana.types(channel, 'prompt', 'text', 'fox');
    expect(await until(() => typed.choices)).toEqual([
      { name: 'a red fox in the snow', value: 'a red fox in the snow' },
    ]);
    const opened = ana.presses(made, idOf(made, 'edit'));
    await until(() => opened.modal);
    ana.submits(opened, ['a blue fox in the snow']);
    const edited = await scene.nextPictures(thread, 2);
    expect(edited.content).toBe('a blue fox in the snow');
    ana.picks(made, 'Find the prompt');
    await until(() => scene.answers(thread).some(({ content }) => content.includes('carries its prompt')));
    const direct = directChannel(fake.world, ana.user);
    const bytes = fileAt(fake.world, made.attachments[0]?.url ?? '') ?? new Uint8Array();
    ana.says(direct, '', { pictures: [{ name: 'it.png', bytes, contentType: 'image/png' }] });
    await until(() => scene.answers(direct.id).some(({ content }) => content.includes('carries its prompt')));
  });

  it('does the whole loop on a server of others, that sends and offers nothing optional', {
    timeout: 400_000,
  }, async () => {
    const other = await openScene({ minimal: true });
    try {
      const { ana, channel } = other;
      const { id: thread } = await other.threadOf(
        ana.runs(channel, 'prompt', { text: 'a red fox', count: 2, seed: 1 }),
      );
      const made = await other.nextPictures(thread, 1);
      expect(made.attachments).toHaveLength(2);
      expect(await other.restart('SIGTERM')).toBe(0);
      ana.presses(made, idOf(made, 'again'));
      await other.nextPictures(thread, 2);
      ana.reacts(made, '🔁');
      const third = await other.nextPictures(thread, 3);
      const [shown] = made.attachments;
      const bytes = fileAt(other.fake.world, shown?.url ?? '') ?? new Uint8Array();
      const place = other.fake.world.channels.get(thread) as FakeChannel;
      const pictures = [{ name: 'it.png', bytes, contentType: 'image/png' }];
      ana.says(place, 'what is this?', { pictures, replyTo: third });
      await until(() => other.answers(thread).some(({ content }) => content.includes('carries its prompt')));
      ana.presses(third, idOf(third, 'delete'));
      await until(() => other.pictured(thread).length === 2);
      expect(other.program().output()).not.toMatch(/"level":(50|60)/);
    } finally {
      await other.close();
    }
  });

  it('does not start with a wrong token, and says what to do', { timeout: 200_000 }, async () => {
    const { fake } = scene;
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
