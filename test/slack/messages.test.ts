import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bot, known, openBot, pictureBytes } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
});
afterAll(() => bot.close());
beforeEach(() => {
  bot.handler.accepted.length = 0;
});

const accepted = () => bot.handler.accepted;
const upload = async () => bot.slack.people.upload(bot.ada, await pictureBytes('#208040'));

test('a mention runs a command, also inside a thread, where slash commands do not work', async () => {
  const { ts } = await bot.slack.people.say(bot.ada, bot.channel, 'look at this');
  await bot.slack.people.mention(bot.ada, bot.channel, 'prompt a <red> cat —count 2', { thread: ts });
  expect(accepted()).toMatchObject([
    { kind: 'command', command: 'prompt', options: { text: 'a <red> cat', count: '2' } },
  ]);
  await bot.adapter().thread(known(accepted()[0]).thread).post({ text: 'answer', actions: [] }, { key: 'in thread' });
  expect(bot.slack.posts(bot.channel).at(-1)?.threadTs).toBe(ts);
});

test('a mention is two events and one invocation', async () => {
  const { deliveries } = await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  expect(deliveries.map(({ acked }) => acked)).toEqual([true, true]);
  expect(accepted()).toMatchObject([{ kind: 'message', text: 'a cat', attachments: [] }]);
});

test('other words with a mention go on as they are; none at all ask for help', async () => {
  await bot.slack.people.mention(bot.ada, bot.channel, 'searching for *meaning* & more');
  await bot.slack.people.mention(bot.ada, bot.channel, '');
  expect(accepted()).toMatchObject([
    { kind: 'message', text: 'searching for *meaning* & more' },
    { kind: 'command', command: 'help' },
  ]);
});

test('a mention may carry the name that a client put there', async () => {
  const text = `<@${bot.slack.workspace.botUser}|promptory> a cat`;
  await bot.slack.people.happen({ type: 'app_mention', user: bot.ada.id, text, ts: '2.1', channel: bot.channel.id });
  expect(accepted()).toMatchObject([{ kind: 'message', text: 'a cat' }]);
});

test('a direct message is one by its kind, whatever the id of its channel', async () => {
  const said = { type: 'message', user: bot.ada.id, text: 'a cat', channel: 'C0IM' };
  await bot.slack.people.happen({ ...said, ts: '3.1', channel_type: 'im' });
  await bot.slack.people.happen({ ...said, ts: '3.2', channel_type: 'channel' });
  expect(accepted()).toMatchObject([{ kind: 'message', text: 'a cat', id: 'message/C0IM/3.1' }]);
});

test('a picture with a mention, in a thread of the bot and in a direct message is for the bot', async () => {
  await bot.slack.people.mention(bot.ada, bot.channel, '', { files: [await upload()] });
  const { ts } = await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  await bot.slack.people.say(bot.ada, bot.channel, 'like this', { thread: ts, files: [await upload()] });
  await bot.slack.people.say(bot.ada, bot.slack.workspace.dmWith(bot.ada.id), '', { files: [await upload()] });
  const withPictures = accepted().filter(
    (invocation) => invocation.kind === 'message' && invocation.attachments.length === 1,
  );
  expect(withPictures).toHaveLength(3);
});

test("people's other talk is left alone: words in threads, pictures elsewhere, documents, edits, other bots", async () => {
  const { ts } = await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  accepted().length = 0;
  await bot.slack.people.say(bot.ada, bot.channel, 'nice one', { thread: ts });
  await bot.slack.people.say(bot.ada, bot.channel, 'lunch', { files: [await upload()] });
  const document = bot.slack.people.upload(bot.ada, Buffer.from('%PDF-1.7'), 'menu.pdf');
  await bot.slack.people.say(bot.ada, bot.channel, 'menu', { thread: ts, files: [document] });
  const edited = { type: 'message', user: bot.ada.id, text: `<@${bot.slack.workspace.botUser}> a dog`, ts };
  const channel = bot.channel.id;
  // https://docs.slack.dev/reference/events/message/message_changed: the new message is inside.
  const hidden = { type: 'message', subtype: 'message_changed', hidden: true, channel, ts: '1.2', message: edited };
  await bot.slack.people.happen(hidden);
  await bot.slack.people.happen({ ...edited, channel, ts: '1.3', bot_id: 'B123' });
  // Slack tells the app of its own messages too.
  await bot.slack.people.happen({ ...edited, channel, ts: '1.4', user: bot.slack.workspace.botUser });
  expect(accepted()).toEqual([]);
});

test('shared pictures are fetched with the token from Slack alone', async () => {
  const file = await upload();
  await bot.slack.people.mention(bot.ada, bot.channel, '', { files: [file] });
  const [invocation] = accepted();
  const [attachment] = invocation?.kind === 'message' ? invocation.attachments : [];
  const url = attachment && 'url' in attachment ? attachment.url : '';
  const download = known(bot.adapter().download?.bind(bot.adapter()));
  const { signal } = new AbortController();
  expect(Buffer.from(await download(url, { signal }))).toEqual(file.bytes);
  await expect(async () => download('http://evil.example/picture.png', { signal })).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(bot.slack.refusedDownloads).toEqual([]);
});

test('the message shortcuts search by its pictures and take its words as a prompt', async () => {
  const { people, workspace } = bot.slack;
  const { ts } = await people.say(bot.ada, bot.channel, 'a fox & a hen', { files: [await upload()] });
  const message = known(workspace.message(bot.channel.id, ts));
  await people.shortcut(bot.ada, bot.channel, message, 'find_prompt');
  expect(accepted()).toMatchObject([{ kind: 'message', text: '', attachments: [{ url: expect.any(String) }] }]);
  await people.shortcut(bot.ada, bot.channel, message, 'use_as_prompt');
  const { view } = known(workspace.views.at(-1));
  expect(JSON.stringify(view)).toContain('"initial_value":"a fox & a hen"');

  const { ts: wordsOnly } = await people.say(bot.ada, bot.channel, 'no picture');
  await people.shortcut(bot.ada, bot.channel, known(workspace.message(bot.channel.id, wordsOnly)), 'find_prompt');
  expect(bot.slack.posts(bot.channel).at(-1)).toMatchObject({
    onlyFor: bot.ada.id,
    text: expect.stringContaining('no picture'),
  });
});
