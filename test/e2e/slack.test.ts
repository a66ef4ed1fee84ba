import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeSlack, type FakeSlack } from '../fakes/slack/fake-slack.ts';
import type { FakeChannel, FakeMessage, FakeUser } from '../fakes/slack/workspace.ts';
import { freePort, known, until } from '../slack/bot.ts';
import { actionsIn, picturesIn, textIn } from '../slack/seen.ts';
import { newFolder, type Program, startProgram } from './program.ts';

/** Milliseconds from the acknowledgement to kill -9. */
const moments = [0, 150, 400, 900, 1500, 2500];
const signingSecret = 'f00df00df00df00d';

describe.each(['Socket Mode', 'signed requests'])('the real program in Slack, over %s', (mode) => {
  let slack: FakeSlack;
  let program: Program;
  let ada: FakeUser;
  let channel: FakeChannel;
  let environment: Record<string, string>;
  let folder: string;

  beforeEach(async () => {
    folder = newFolder();
    const port = await freePort();
    slack = await createFakeSlack(mode === 'Socket Mode' ? {} : { http: { port, signingSecret } });
    ada = slack.workspace.addUser('ada');
    channel = slack.workspace.addChannel('art', { members: [ada.id] });
    const way: Record<string, string> =
      mode === 'Socket Mode'
        ? { SLACK_APP_TOKEN: slack.tokens.app }
        : { SLACK_SIGNING_SECRET: signingSecret, SLACK_PORT: String(port) };
    environment = { SLACK_BOT_TOKEN: slack.tokens.bot, SLACK_API_URL: slack.apiUrl, ...way };
    program = await start();
  }, 120_000);

  afterEach(async () => {
    await program.end('SIGKILL');
    await slack.close();
  });

  async function start(): Promise<Program> {
    const started = await startProgram(folder, environment);
    await until(() => started.output().includes('connected to Slack'));
    return started;
  }

  const posts = () => slack.posts(channel);
  const withPictures = () => posts().filter((message) => picturesIn(message).length > 0);
  const idOf = (message: FakeMessage, name: string) =>
    known(actionsIn(message).find(({ id }) => id.startsWith(`${name}:`))).id;
  const isQuiet = () => posts().every(({ text }) => !/^(▰|▱|⏳|Starting|Searching|Refining|Drawing)/.test(text));

  async function nextPictures(count: number): Promise<FakeMessage> {
    return until(() => (withPictures().length === count && isQuiet() ? withPictures().at(-1) : undefined));
  }

  it('does prompt, like, refine, restart, an old button, reverse search, delete', { timeout: 240_000 }, async () => {
    const { people } = slack;
    const asked = await people.command(ada, channel, '/prompt', 'a cat sleeping on the sofa —count 2 --seed 7');
    expect(asked).toMatchObject({ acked: true, payload: undefined });
    const made = await nextPictures(1);
    const [root, ...answers] = posts();
    expect(textIn(root?.blocks)).toContain('a cat sleeping on the sofa');
    expect(answers.flatMap(({ blocks }) => blocks).filter((block) => block['accessory']).length).toBeGreaterThanOrEqual(
      3,
    );
    expect(textIn(answers.map(({ blocks }) => blocks))).toMatch(/:heavy_plus_sign: .* _\(from \d\)_/);
    expect(picturesIn(made)).toHaveLength(2);
    expect(answers.every(({ threadTs }) => threadTs === root?.ts)).toBe(true);

    await people.react(ada, channel, made, '+1::skin-tone-3');
    await people.press(ada, channel, made, idOf(made, 'refine'));
    const refined = await nextPictures(2);
    expect(refined.threadTs).toBe(root?.ts);

    expect(await program.end('SIGTERM')).toBe(0);
    program = await start();
    await people.react(ada, channel, refined, 'arrows_counterclockwise');
    const again = await nextPictures(3);

    const shown = known(picturesIn(again)[0]);
    const file = known(slack.workspace.files.get((shown['slack_file'] as { id: string }).id));
    await people.say(ada, channel, '', { thread: known(root).ts, files: [people.upload(ada, known(file.bytes))] });
    const found = await until(() =>
      posts().find(({ ts, blocks }) => ts > again.ts && textIn(blocks).includes(String(shown['alt_text']))),
    );
    expect(found.threadTs).toBe(root?.ts);

    await people.press(ada, channel, again, idOf(again, 'delete'));
    await until(() => withPictures().length === 2);
    await until(() => file.deleted);

    const stranger = slack.workspace.addUser('eve');
    channel.members.add(stranger.id);
    await people.press(stranger, channel, made, idOf(made, 'delete'));
    await until(() => posts().some(({ onlyFor }) => onlyFor === stranger.id));
    expect(withPictures()).toHaveLength(2);
  });

  it('loses nothing and posts nothing twice when it is killed at any moment', { timeout: 400_000 }, async () => {
    for (const [index, moment] of moments.entries()) {
      const { people } = slack;
      await people.mention(ada, channel, `prompt a lighthouse by the sea, number ${moment} --count 2 --seed ${moment}`);
      const thread =
        known(channel.messages.at(-1)).threadTs ?? known(channel.messages.filter(({ bot }) => !bot).at(-1)).ts;
      await new Promise((resolve) => setTimeout(resolve, moment));
      await program.end('SIGKILL');
      program = await start();
      await nextPictures(index + 1);
      const inThread = posts().filter(({ threadTs }) => threadTs === thread);
      expect(countsOf(inThread), `killed after ${moment} ms`).toEqual(everythingOnce);
    }
    const shown = [...slack.workspace.files.values()].filter(({ shownIn }) => shownIn.size > 0);
    expect(shown.every(({ completed }) => completed)).toBe(true);
  });

  if (mode === 'Socket Mode') {
    it('goes on through a dropped socket, a storm of 429 and a failing upload', { timeout: 120_000 }, async () => {
      slack.faults.next('files.completeUploadExternal', { hangUp: 'after' });
      slack.faults.next('upload', { status: 500 });
      slack.faults.next('chat.postMessage', { retryAfter: 1 }, { hangUp: 'after' }, { status: 503 });
      await slack.people.command(ada, channel, '/prompt', 'a red fox in the snow --seed 1');
      slack.socket.drop();
      const made = await nextPictures(1);
      expect(countsOf(posts())).toEqual(everythingOnce);
      await slack.people.press(ada, channel, made, idOf(made, 'again'));
      await nextPictures(2);
    });

    it('ends with the reason when the token is revoked, and finishes the job after the next start', {
      timeout: 120_000,
    }, async () => {
      const { bot, app } = slack.tokens;
      await slack.people.command(ada, channel, '/prompt', 'a red fox in the snow --seed 1');
      slack.revoke();
      slack.socket.drop();
      await until(() => /Slack refuses SLACK_(BOT|APP)_TOKEN \(invalid_auth\)/.test(program.output()));
      expect(await program.end('SIGCONT')).not.toBe(0);
      Object.assign(slack.tokens, { bot, app });
      program = await start();
      await nextPictures(1);
      expect(countsOf(posts())).toEqual(everythingOnce);
    });
  }
});

const everythingOnce = { neighbours: 1, refinements: 1, pictures: 1, errors: 0 };

function countsOf(messages: readonly FakeMessage[]): typeof everythingOnce {
  const count = (wanted: (message: FakeMessage) => boolean) => messages.filter(wanted).length;
  return {
    neighbours: count(({ blocks }) => blocks.some((block) => block['accessory'])),
    refinements: count(({ blocks }) => textIn(blocks).includes('Refined by ')),
    pictures: count((message) => picturesIn(message).length > 0),
    errors: count(({ onlyFor }) => onlyFor !== undefined),
  };
}
