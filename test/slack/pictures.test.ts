import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CardImage, Thread } from '../../src/chat.ts';
import { type Bot, known, openBot, pictureBytes } from './bot.ts';
import { picturesIn } from './seen.ts';

let bot: Bot;
beforeEach(async () => {
  bot = await openBot({ processingMs: 150 });
});
afterEach(() => bot.close());

async function thread(): Promise<Thread> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

async function image(colour?: string): Promise<CardImage> {
  return { key: await bot.picture(colour), alt: 'a cat', width: 64, height: 48, seed: 7 };
}

const callsOf = (method: string) => bot.slack.calls.filter((call) => call.method === method);
const files = () => [...bot.slack.workspace.files.values()].filter(({ deleted }) => !deleted);
const completed = () => files().filter((file) => file.completed);
const withPictures = () =>
  bot.slack.posts(bot.channel).filter((message) => picturesIn(message).length > 0 || message.files.length > 0);

test('pictures wait until Slack has processed them, and everyone in the channel sees them with their alt text', async () => {
  const given = await image();
  const ref = await (await thread()).post({ text: '', images: [given], actions: [] }, { key: 'k' });
  const message = known(bot.slack.workspace.message(bot.channel.id, ref.message));
  expect(picturesIn(message)).toMatchObject([{ alt_text: 'a cat', slack_file: { id: completed()[0]?.id } }]);
  expect(completed()[0]?.shownIn).toEqual(new Set([bot.channel.id]));
  expect(callsOf('chat.postMessage')).toHaveLength(1);
  expect(callsOf('files.info').length).toBeGreaterThan(1);
});

test('a picture is uploaded once per workspace, also by two cards at a time and after a restart', async () => {
  const given = await image();
  const card = { text: '', images: [given], actions: [] };
  const conversation = await thread();
  await Promise.all(['a', 'b'].map((key) => conversation.post(card, { key })));
  await bot.stop();
  await bot.start();
  const neighbours = [{ id: 'n', prompt: 'a cat', source: 'own' as const, picture: given.key }];
  await bot.adapter().thread(conversation.ref).post({ text: '', neighbours, actions: [] }, { key: 'c' });
  expect(callsOf('upload')).toHaveLength(1);
});

test('WebP, which blocks can not show, becomes JPEG', async () => {
  const key = await bot.images.put(await pictureBytes('#336699', 'webp'));
  await (await thread()).post(
    { text: '', images: [{ key, alt: 'x', width: 64, height: 48, seed: 1 }], actions: [] },
    { key: 'k' },
  );
  expect(completed().map(({ mimetype }) => mimetype)).toEqual(['image/jpeg']);
});

const uploadFaults = [
  ['the first step', 'files.getUploadURLExternal', { status: 503 }],
  ['the first step, answer lost', 'files.getUploadURLExternal', { hangUp: 'after' }],
  ['the second step', 'upload', { status: 500 }],
  ['the second step, connection lost', 'upload', { hangUp: 'before' }],
  ['the second step, answer lost', 'upload', { hangUp: 'after' }],
  ['the third step', 'files.completeUploadExternal', { hangUp: 'before' }],
  ['the third step, answer lost', 'files.completeUploadExternal', { hangUp: 'after' }],
  ['the third step, limited', 'files.completeUploadExternal', { retryAfter: 1 }],
] as const;

test.each(uploadFaults)('an upload that fails at %s ends in one picture', async (_, method, fault) => {
  bot.slack.faults.next(method, fault);
  await (await thread()).post({ text: '', images: [await image()], actions: [] }, { key: 'k' });
  expect(withPictures()).toHaveLength(1);
  expect(completed()).toHaveLength(1);
});

test('a picture that was deleted in Slack meanwhile is uploaded again', async () => {
  const given = await image();
  const conversation = await thread();
  await conversation.post({ text: '', images: [given], actions: [] }, { key: 'a' });
  known(files()[0]).deleted = true;
  await conversation.post({ text: '', images: [given], actions: [] }, { key: 'b' });
  expect(callsOf('upload')).toHaveLength(2);
  expect(withPictures()).toHaveLength(2);
});

const slackFileFaults = ['invalid slack file [json-pointer:/blocks/0/slack_file]', 'invalid slack file'];

test.each(slackFileFaults)('a file that Slack does not know yet ("%s") is waited for', async (fault) => {
  bot.slack.faults.next('chat.postMessage', { error: 'invalid_blocks', errors: [fault] });
  await (await thread()).post({ text: 'done', images: [await image()], actions: [] }, { key: 'k' });
  expect(withPictures().map(({ files: shared }) => shared)).toEqual([[]]);
});

test('a server that refuses files.info gets its pictures all the same', async () => {
  const refusals = Array.from({ length: 20 }, () => ({ error: 'missing_scope' }));
  bot.slack.faults.next('files.info', ...refusals);
  await (await thread()).post({ text: 'done', images: [await image()], actions: [] }, { key: 'k' });
  expect(withPictures()).toHaveLength(1);
});

test("a web picture that Slack can't fetch does not keep the card back; one that it can is shown", async () => {
  bot.slack.reachable.add('https://example.org/cat.png');
  const conversation = await thread();
  const neighbour = (picture: string) => ({ id: picture, prompt: 'a cat', source: 'corpus' as const, picture });
  const good = await conversation.post(
    { text: 'a', neighbours: [neighbour('https://example.org/cat.png')], actions: [] },
    { key: 'a' },
  );
  const bad = await conversation.post(
    { text: 'b', neighbours: [neighbour('https://example.org/gone.png')], actions: [] },
    { key: 'b' },
  );
  const shown = [good, bad].map(({ message }) =>
    JSON.stringify(bot.slack.workspace.message(bot.channel.id, message)?.blocks),
  );
  expect(shown[0]).toContain('https://example.org/cat.png');
  expect(shown[1]).not.toContain('image_url');
});

test("a web picture that Slack can't fetch in a later message of a card costs none of its words", async () => {
  const addressOf = (index: number) => `https://example.org/${index}.png`;
  for (const index of [0, 1, 2]) bot.slack.reachable.add(addressOf(index));
  const neighbours = Array.from({ length: 8 }, (_, index) => {
    const prompt = `number ${index} ${'a cat '.repeat(450)}`;
    return { id: String(index), prompt, source: 'corpus' as const, picture: addressOf(index) };
  });
  await (await thread()).post({ text: 'found', neighbours, actions: [] }, { key: 'k' });
  const words = JSON.stringify(bot.slack.posts(bot.channel).map(({ blocks }) => blocks?.map(({ text }) => text)));
  expect([...words.matchAll(/number (\d)/g)].map(([, index]) => Number(index))).toEqual([...neighbours.keys()]);
});
