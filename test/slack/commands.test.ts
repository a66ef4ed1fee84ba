import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BotError } from '../../src/errors.ts';
import type { Json } from '../fakes/slack/workspace.ts';
import { type Bot, freePort, known, openBot, pictureBytes } from './bot.ts';
import { itemsOf, textIn } from './seen.ts';

const modes = [
  ['Socket Mode', async () => ({})],
  ['signed requests', async () => ({ http: { port: await freePort(), signingSecret: 'f00d' } })],
] as const;

describe.each(modes)('commands over %s', (_, optionsFor) => {
  let bot: Bot;
  beforeEach(async () => {
    bot = await openBot(await optionsFor());
  });
  afterEach(() => bot.close());

  const type = (command: string, text?: string) => bot.slack.people.command(bot.ada, bot.channel, command, text);
  const last = () => known(bot.handler.accepted.at(-1));
  const post = (text: string) => bot.adapter().thread(last().thread).post({ text, actions: [] }, { key: text });

  test('flags, smart quotes and long dashes as phones type them', async () => {
    const { acked, payload } = await type('/prompt', 'a cat —count 2 --negative “people & <b>” --aspect 16:9');
    expect({ acked, payload }).toEqual({ acked: true, payload: undefined });
    expect(last()).toMatchObject({
      kind: 'command',
      command: 'prompt',
      options: { text: 'a cat', count: '2', negative: 'people & <b>', aspect: '16:9' },
      scope: `slack:${bot.slack.workspace.team}`,
      person: { id: bot.ada.id },
    });
  });

  test('the answer is acknowledged only once the command is durable', async () => {
    let release = () => {};
    bot.handler.script = ({ id }) =>
      new Promise((resolve) => {
        release = () => resolve({ jobId: id, ahead: 0 });
      });
    const answer = type('/prompt', 'a cat');
    const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, 'waiting'))]);
    release();
    expect(early).toBe('waiting');
    expect((await answer).acked).toBe(true);
  });

  test('/promptory has every command as a subcommand', async () => {
    await type('/promptory', 'search a cat');
    expect(last()).toMatchObject({ command: 'search', options: { text: 'a cat' } });
    await type('/promptory');
    expect(last()).toMatchObject({ command: 'help' });
    await type('/promptory', 'prompt');
    expect(bot.slack.workspace.views).toHaveLength(1);
    const { payload } = await type('/promptory', 'dance');
    expect(payload?.['text']).toContain('There is no command /dance');
    expect(bot.handler.accepted).toHaveLength(2);
  });

  test('what can not be accepted is told to the asker alone, escaped', async () => {
    bot.handler.script = () => Promise.reject(new BotError('queue_full', 'Too many wait <now>.'));
    const { acked, payload } = await type('/prompt', 'a cat');
    expect(acked).toBe(true);
    expect(payload).toEqual({ response_type: 'ephemeral', text: 'Too many wait &lt;now&gt;.' });
    expect(bot.slack.posts(bot.channel)).toEqual([]);
  });

  test('a command opens a thread with its first public answer, and one only', async () => {
    await type('/prompt', 'a cat <!channel>');
    expect(bot.slack.posts(bot.channel)).toEqual([]);
    await post('first');
    await post('second');
    const [root, ...answers] = bot.slack.posts(bot.channel);
    expect(textIn(root?.blocks)).toContain('/prompt a cat <!channel>');
    expect(JSON.stringify(root)).not.toContain('<!channel>');
    expect(answers.map(({ threadTs }) => threadTs)).toEqual([root?.ts, root?.ts]);
  });

  test('--broadcast shows the pictures in the channel too, and nothing else', async () => {
    await type('/prompt', 'a cat --broadcast');
    expect(last()).toMatchObject({ options: { text: 'a cat' } });
    const key = await bot.picture();
    await post('neighbours');
    const image = { key, alt: 'a cat', width: 64, height: 48, seed: 7 };
    await bot
      .adapter()
      .thread(last().thread)
      .post({ text: '', images: [image], actions: [] }, { key: 'images' });
    expect(bot.slack.posts(bot.channel).map(({ broadcast }) => broadcast)).toEqual([false, false, true]);
  });

  test('without words a modal with all options opens, and its answer is the command', async () => {
    await type('/prompt');
    const [opened] = bot.slack.workspace.views;
    const { view } = known(opened);
    const fields = itemsOf(view['blocks']).map(({ block_id }) => block_id);
    expect(fields).toEqual(['text', 'count', 'aspect', 'negative', 'style', 'seed', 'raw', 'image', 'broadcast']);
    const file = bot.slack.people.upload(bot.ada, await pictureBytes('#208040'));
    const state: Record<string, Json> = {
      text: { text: { type: 'plain_text_input', value: 'a cat' } },
      count: { count: { type: 'number_input', value: '2' } },
      aspect: { aspect: { type: 'static_select', selected_option: { value: '16:9' } } },
      negative: { negative: { type: 'plain_text_input', value: null } },
      raw: { raw: { type: 'checkboxes', selected_options: [{ value: 'yes' }] } },
      broadcast: { broadcast: { type: 'checkboxes', selected_options: [] } },
      image: {
        image: {
          type: 'file_input',
          files: [{ id: file.id, mimetype: file.mimetype, url_private: 'http://127.0.0.1/x' }],
        },
      },
    };
    const { acked, payload } = await bot.slack.people.submit(bot.ada, known(opened), state);
    expect({ acked, payload }).toEqual({ acked: true, payload: undefined });
    expect(last()).toMatchObject({
      command: 'prompt',
      options: { text: 'a cat', count: '2', aspect: '16:9', raw: 'true' },
      attachments: [{ url: 'http://127.0.0.1/x' }],
    });
    await post('answer');
    expect(bot.slack.posts(bot.channel)).toHaveLength(2);
  });

  test('where no modal opens, the command is asked for its words', async () => {
    bot.slack.faults.next('views.open', { error: 'expired_trigger_id' });
    await type('/prompt');
    expect(last()).toMatchObject({ command: 'prompt', options: {} });
  });

  test('a modal that is refused keeps what was typed and says why', async () => {
    await type('/prompt');
    bot.handler.script = () => Promise.reject(new BotError('queue_full', 'Too many wait.'));
    const view = known(bot.slack.workspace.views[0]);
    const { payload } = await bot.slack.people.submit(bot.ada, view, { text: { text: { value: 'a cat' } } });
    expect(payload).toEqual({ response_action: 'errors', errors: { text: 'Too many wait.' } });
  });

  test('styles are completed in the modal, and others stay possible', async () => {
    await type('/prompt');
    const view = known(bot.slack.workspace.views[0]);
    const { payload } = await bot.slack.people.type(bot.ada, view, 'style', 'art');
    expect(itemsOf(payload?.['options']).map(({ value }) => value)).toEqual(['art', 'pixel art', 'line art']);
  });

  test('personal answers are for the asker alone, and open no thread', async () => {
    await type('/history');
    const thread = bot.adapter().thread(last().thread);
    await thread.post({ text: 'Your prompts', personal: true, actions: [] }, { key: 'mine' });
    await thread.post({ text: 'Your prompts', personal: true, actions: [] }, { key: 'mine' });
    const posts = bot.slack.posts(bot.channel);
    expect(posts.map(({ onlyFor, threadTs }) => ({ onlyFor, threadTs }))).toEqual([
      { onlyFor: bot.ada.id, threadTs: undefined },
    ]);
  });

  test('where the bot is no member it joins a public channel', async () => {
    const elsewhere = bot.slack.workspace.addChannel('elsewhere', { members: [bot.ada.id], withBot: false });
    await bot.slack.people.command(bot.ada, elsewhere, '/prompt', 'a cat');
    await post('answer');
    expect(bot.slack.posts(elsewhere)).toHaveLength(2);
  });

  test('in a private channel without the bot the asker is told how to invite it', async () => {
    const secret = bot.slack.workspace.addChannel('secret', { kind: 'private', members: [bot.ada.id], withBot: false });
    await bot.slack.people.command(bot.ada, secret, '/prompt', 'a cat');
    const failure = await post('answer').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'forbidden', message: expect.stringContaining('/invite @promptory') });
    const card = { text: (failure as BotError).message, tone: 'error', actions: [] } as const;
    await bot.adapter().thread(last().thread).post(card, { key: 'error' });
    expect(bot.slack.responses).toMatchObject([
      { channel: secret.id, user: bot.ada.id, body: { response_type: 'ephemeral' } },
    ]);
  });
});
