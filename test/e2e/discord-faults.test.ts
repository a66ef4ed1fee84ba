import { ChannelType } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteThread, kickBot } from '../fakes/discord/moderation.ts';
import { addChannel, addGuild, type FakeChannel } from '../fakes/discord/world.ts';
import { type DiscordScene, idOf, kindOf, openScene, until } from './discord-scene.ts';

/** Milliseconds from the ack to kill -9. */
const moments = [0, 150, 400, 900, 1500, 2500];
/** The message with the pictures has the controls. */
const upload = { method: 'POST', path: /^\/channels\/\d+\/messages$/, body: /"again:/ };

describe('the real program, when Discord or its host fails', () => {
  let scene: DiscordScene;
  // The program starts once, and every test has a server of its own.
  beforeAll(async () => {
    scene = await openScene();
  }, 400_000);
  afterAll(() => scene.close());
  beforeEach(() => {
    scene.fake.faults.clear();
    Object.assign(scene, scene.freshServer());
  });

  /** Asks, and resolves once the job is at its upload, which Discord leaves unanswered. */
  async function stuckAtUpload(afterEffect: boolean): Promise<FakeChannel> {
    const { ana, channel, fake } = scene;
    fake.faults.add({ ...upload, answer: 'hang', times: 1, afterEffect });
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', count: 2, seed: 1 });
    const thread = await scene.threadOf(asked);
    await until(() => uploads(thread.id) === 1 && (!afterEffect || scene.pictured(thread.id).length === 1));
    return thread;
  }

  const uploads = (thread: string) =>
    scene.fake.requests.filter(
      ({ method, path, body }) =>
        method === 'POST' && path === `/channels/${thread}/messages` && upload.body.test(JSON.stringify(body) ?? ''),
    ).length;

  it.each([
    ['before Discord heard of the pictures', false, 'SIGKILL'],
    ['after Discord posted them', true, 'SIGKILL'],
    ['while Discord does not answer', false, 'SIGTERM'],
    ['after Discord posted them without an answer', true, 'SIGTERM'],
  ] as const)(
    'a job ended %s is done after the next start, and posted once',
    { timeout: 400_000 },
    async (_name, afterEffect, signal) => {
      const { id } = await stuckAtUpload(afterEffect);
      expect(await scene.program().end(signal)).toBe(signal === 'SIGTERM' ? 0 : null);
      // Longer than Discord remembers a nonce.
      scene.fake.world.clock.advance(10 * 60 * 1000);
      await scene.start();
      await scene.nextPictures(id, 1);
      expect(scene.answers(id).map(kindOf)).toEqual(['neighbours and refinement', 'pictures']);
    },
  );

  it('finishes the job under way on SIGTERM, or after the next start', { timeout: 400_000 }, async () => {
    const { ana, channel } = scene;
    const asked = ana.runs(channel, 'prompt', { text: 'a lighthouse by the sea', count: 2, seed: 1 });
    await until(() => asked.original?.content);
    expect(await scene.restart('SIGTERM')).toBe(0);
    const { id } = await scene.threadOf(asked);
    await scene.nextPictures(id, 1);
    expect(scene.answers(id).map(kindOf)).toEqual(['neighbours and refinement', 'pictures']);
  });

  it('answers in the channel when the thread is deleted in the middle of a job', { timeout: 400_000 }, async () => {
    const { ana, channel, fake } = scene;
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', count: 2, seed: 1 });
    const thread = await scene.threadOf(asked);
    deleteThread(fake, thread);
    const made = await scene.nextPictures(channel.id, 1);
    ana.presses(made, idOf(made, 'again'));
    await scene.nextPictures(channel.id, 2);
    expect(scene.answers(channel.id).filter(({ content }) => content.includes('was deleted'))).toHaveLength(1);
  });

  it('answers the asker when it is kicked in the middle of a job, and serves the next server', {
    timeout: 400_000,
  }, async () => {
    const { ana, channel, guild, fake } = scene;
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1 });
    await scene.threadOf(asked);
    kickBot(fake, guild);
    // By the answer to the interaction, which outlives the membership.
    await until(() => scene.pictured(channel.id).length === 1);
    const other = addGuild(fake.world, 'Others');
    const place = addChannel(fake.world, { type: ChannelType.GuildText, guildId: other.id });
    const next = await scene.threadOf(ana.runs(place, 'prompt', { text: 'a blue fox', seed: 1 }));
    await scene.nextPictures(next.id, 1);
  });

  it('gives up, once, what nobody can be told, and goes on', { timeout: 400_000 }, async () => {
    const { ana, channel, guild, fake } = scene;
    await scene.threadOf(ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1 }));
    kickBot(fake, guild);
    fake.world.clock.advance(16 * 60 * 1000);
    fake.world.unreachable.add(ana.user.id);
    await until(() => scene.program().output().includes('a job ended with an error that it did not report'));
    expect(await scene.restart('SIGTERM')).toBe(0);
    const requests = fake.requests.length;
    guild.hasBot = true;
    const { id } = await scene.threadOf(ana.runs(channel, 'prompt', { text: 'a blue fox', seed: 1 }));
    await scene.nextPictures(id, 1);
    const tried = fake.requests.slice(requests).filter(({ status }) => status === 403);
    expect(tried).toEqual([]);
  });

  it('loses nothing and posts nothing twice when it is killed at any moment', { timeout: 400_000 }, async () => {
    const { ana, channel } = scene;
    for (const moment of moments) {
      const asked = ana.runs(channel, 'prompt', {
        text: `a lighthouse by the sea, number ${moment}`,
        count: 2,
        seed: moment,
      });
      // Accepted is what was answered by more than an ack: the first message comes after the job is on disk.
      await until(() => asked.original?.content);
      await new Promise((resolve) => setTimeout(resolve, moment));
      await scene.restart('SIGKILL');
      const { id: thread } = await scene.threadOf(asked);
      await scene.nextPictures(thread, 1);
      expect(scene.answers(thread).map(kindOf), `killed after ${moment} ms`).toEqual([
        'neighbours and refinement',
        'pictures',
      ]);
    }
  });

  it('goes on through a dropped gateway, a storm of 429 and a failing upload', { timeout: 400_000 }, async () => {
    const { ana, channel, fake } = scene;
    const { faults, gateway } = fake;
    faults.add({ method: 'POST', path: /callback$/, answer: 429, retryAfter: 0.3, global: true });
    faults.add({ method: 'POST', path: /threads$/, answer: 429, retryAfter: 0.3, times: 3 });
    faults.add({ method: 'POST', path: /messages$/, answer: 429, retryAfter: 0.3, times: 3 });
    faults.add({ method: 'POST', path: /messages$/, answer: 502, times: 3, afterEffect: true });
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1 });
    await until(() => asked.response);
    gateway.drop(1006);
    const { id: thread } = await scene.threadOf(asked);
    const made = await scene.nextPictures(thread, 1);
    expect(scene.answers(thread).map(kindOf)).toEqual(['neighbours and refinement', 'pictures']);
    ana.presses(made, idOf(made, 'again'));
    await scene.nextPictures(thread, 2);
  });

  it('ends with the reason when the token is taken back, and finishes the job after the next start', {
    timeout: 400_000,
  }, async () => {
    const { ana, channel, fake } = scene;
    const asked = ana.runs(channel, 'prompt', { text: 'a red fox in the snow', seed: 1 });
    const { id: thread } = await scene.threadOf(asked);
    const { token } = fake;
    fake.world.token = 'reset by its owner';
    await until(() => /Discord does not accept DISCORD_TOKEN/.test(scene.program().output()));
    expect(await scene.program().end('SIGCONT')).not.toBe(0);
    fake.world.token = token;
    await scene.start();
    await scene.nextPictures(thread, 1);
    expect(scene.answers(thread).map(kindOf)).toEqual(['neighbours and refinement', 'pictures']);
  });
});
