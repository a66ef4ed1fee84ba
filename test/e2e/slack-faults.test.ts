import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeChannel, FakeMessage, FakeUser, Json } from '../fakes/slack/workspace.ts';
import { known, until } from '../slack/bot.ts';
import { textIn } from '../slack/seen.ts';
import {
  actionOf,
  countsOf,
  everythingOnce,
  isQuiet,
  modes,
  openSlackProgram,
  type SlackProgram,
  withPictures,
} from './slack-program.ts';

/** Milliseconds from the acknowledgement to kill -9. */
const moments = [0, 400, 1500];
const timeout = 600_000;

describe.each(modes)('nothing is lost and nothing posted twice, over %s', (mode) => {
  let opened: SlackProgram;
  let ada: FakeUser;
  let channel: FakeChannel;
  let seed = 0;

  beforeAll(async () => {
    opened = await openSlackProgram(mode);
  }, timeout);
  afterAll(() => opened.close());
  afterEach(() => opened.slack.faults.clear());

  const posts = () => opened.slack.posts(channel);
  /** Asks for pictures that no other test asks for, which Slack would have already. */
  function ask(flags = '') {
    seed += 10;
    return opened.slack.people.command(ada, channel, '/prompt', `a red fox in the snow --seed ${seed}${flags}`);
  }
  const next = (method: string, ...faults: Parameters<typeof opened.slack.faults.next>[1][]) =>
    opened.slack.faults.next(method, ...faults);

  function enter(kind?: FakeChannel['kind']) {
    ({ ada, channel } = opened.newChannel(kind));
  }

  async function nextPictures(count: number): Promise<FakeMessage> {
    return until(() => {
      const shown = withPictures(posts());
      return shown.length === count && isQuiet(posts()) ? shown.at(-1) : undefined;
    });
  }

  /** Asks for pictures, and makes the call that is for them hang after it was done; resolves once it is there. */
  async function hold(method: keyof typeof isForPictures): Promise<void> {
    let isHeld = false;
    const when = (args: Json) => {
      isHeld = isForPictures[method](args);
      return isHeld;
    };
    next(method, { heldUntil: new Promise(() => {}), when });
    await ask(' --count 2');
    await until(() => isHeld);
  }

  const isForPictures = {
    'files.getUploadURLExternal': ({ alt_text }: Json) => String(alt_text).startsWith('a red fox in the snow'),
    'files.completeUploadExternal': ({ files }: Json) => {
      const [{ id }] = JSON.parse(String(files)) as [{ id: string }];
      return Boolean(opened.slack.workspace.files.get(id)?.altText.startsWith('a red fox in the snow'));
    },
    'chat.postMessage': ({ blocks }: Json) => /× \d+, seed/.test(String(blocks)),
  };

  it.each(moments)('killed %s ms after a command', { timeout }, async (moment) => {
    enter();
    await opened.slack.people.mention(ada, channel, `prompt a lighthouse by the sea, number ${moment} --count 2`);
    await new Promise((resolve) => setTimeout(resolve, moment));
    await opened.program().end('SIGKILL');
    await opened.restart();
    await nextPictures(1);
    expect(countsOf(posts())).toEqual(everythingOnce);
  });

  it.each(['files.getUploadURLExternal', 'files.completeUploadExternal', 'chat.postMessage'] as const)(
    'killed between generating and posting, at %s',
    { timeout },
    async (method) => {
      enter();
      await hold(method);
      await opened.program().end('SIGKILL');
      await opened.restart();
      await nextPictures(1);
      expect(countsOf(posts())).toEqual(everythingOnce);
      const shown = [...opened.slack.workspace.files.values()].filter(({ shownIn }) => shownIn.has(channel.id));
      expect(shown.every(({ completed }) => completed)).toBe(true);
    },
  );

  it('asked to stop with a job under way: it is handed back, and goes on after the next start', {
    timeout,
  }, async () => {
    enter();
    await hold('chat.postMessage');
    expect(await opened.program().end('SIGTERM')).toBe(0);
    await opened.restart();
    await nextPictures(1);
    expect(countsOf(posts())).toEqual(everythingOnce);
    expect(posts().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
  });

  it.each([
    ['a storm of 429', '*', Array.from({ length: 15 }, (_, index) => ({ retryAfter: index % 5 === 0 ? 1 : 0 }))],
    ['lost and refused posts', 'chat.postMessage', [{ retryAfter: 1 }, { hangUp: 'after' }, { status: 503 }]],
    ['an upload that fails at its first step', 'files.getUploadURLExternal', [{ status: 500 }, { hangUp: 'after' }]],
    ['an upload that fails at its second step', 'upload', [{ status: 500 }, { hangUp: 'after' }]],
    ['an upload that fails at its third step', 'files.completeUploadExternal', [{ status: 500 }, { hangUp: 'after' }]],
  ] as const)('%s', { timeout }, async (_, method, faults) => {
    enter();
    next(method, ...faults);
    await ask();
    const made = await nextPictures(1);
    expect(countsOf(posts())).toEqual(everythingOnce);
    await opened.slack.people.press(ada, channel, made, actionOf(made, 'again'));
    await nextPictures(2);
  });

  if (mode === 'Socket Mode') {
    it.each(['drop', 'refresh'] as const)('the socket is lost mid-job by %s', { timeout }, async (how) => {
      enter();
      const opens = opened.slack.socket.opened;
      await ask();
      opened.slack.socket[how]();
      const made = await nextPictures(1);
      expect(countsOf(posts())).toEqual(everythingOnce);
      await until(() => opened.slack.socket.opened > opens);
      await opened.slack.people.press(ada, channel, made, actionOf(made, 'again'));
      await nextPictures(2);
    });
  }

  it('a channel that is archived mid-job: the asker is told why', { timeout }, async () => {
    enter();
    await hold('files.getUploadURLExternal');
    channel.archived = true;
    opened.slack.faults.release();
    const told = await until(() => opened.slack.responses.find((response) => response.user === ada.id));
    expect(textIn(told.body['blocks'])).toContain('archived');
    expect(withPictures(posts())).toEqual([]);
    channel.archived = false;
    await ask();
    // The progress of the first job could not be ended in an archived channel.
    await until(() => withPictures(posts()).length === 1);
  });

  it('a bot that is removed from a private channel mid-job: the asker is told how to invite it', {
    timeout,
  }, async () => {
    enter('private');
    await hold('files.getUploadURLExternal');
    channel.members.delete(opened.slack.workspace.botUser);
    opened.slack.faults.release();
    const told = await until(() => opened.slack.responses.find((response) => response.user === ada.id));
    expect(textIn(told.body['blocks'])).toContain('/invite');
    channel.members.add(opened.slack.workspace.botUser);
    await ask();
    await until(() => withPictures(posts()).length === 1);
  });

  it('a token that is revoked while running: the program says so and ends, and the job is done after the next start', {
    timeout,
  }, async () => {
    enter();
    const { bot, app } = opened.slack.tokens;
    await ask();
    opened.slack.revoke();
    if (mode === 'Socket Mode') opened.slack.socket.drop();
    await until(() => /Slack refuses SLACK_(BOT|APP)_TOKEN \(invalid_auth\)/.test(opened.program().output()));
    expect(await opened.program().end('SIGCONT')).not.toBe(0);
    Object.assign(opened.slack.tokens, { bot, app });
    await opened.restart();
    await nextPictures(1);
    expect(countsOf(posts())).toEqual(everythingOnce);
    expect(known(posts()[0]).threadTs).toBeUndefined();
  });
});
