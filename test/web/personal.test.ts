import { describe, expect, test } from 'vitest';
import { call, readEvents, type StreamEvent } from './client.ts';
import { openWeb } from './open-web.ts';
import { type Answer, type RunningWeb, startWeb } from './scripted.ts';

const token = 'a-token-of-good-length';
const as = (user: string) => ({ authorization: `Bearer ${token}`, 'x-promptory-user': user });
const isDone = ({ event, data }: StreamEvent) => event === 'status' && data.status === 'done';

/** Answers everybody once, and the asker alone once more. */
const whisper: Answer = async (thread, _, jobId) => {
  await thread.post({ text: 'for all', actions: [] }, { key: `${jobId}/all` });
  const actions = [{ id: 'use:own:g1', label: 'Use', emoji: '✅' }];
  await thread.post({ text: 'for one', personal: true, actions }, { key: `${jobId}/one` });
  await thread.progress({ jobId, status: 'done', label: 'Done' });
};

async function begin(web: RunningWeb, text: string): Promise<string> {
  const { json } = await call(web, '/api/threads', { body: { text }, headers: as('ada') });
  await web.script.settled();
  return json.id;
}

const messagesFor = async (web: RunningWeb, id: string, user: string) =>
  (await call(web, `/api/threads/${id}`, { headers: as(user) })).json.messages;
const textsFor = async (web: RunningWeb, id: string, user: string) =>
  (await messagesFor(web, id, user)).map(({ text }: { text: string }) => text);

describe('a personal card', () => {
  test('is read by the asker alone, over a restart too', async () => {
    const first = await startWeb({ token, answer: whisper });
    const id = await begin(first, 'a cat');
    expect(first.script.accepted).toMatchObject([{ carried: { asker: 'client:ada' }, isLocal: true }]);
    await first.close();
    const web = await openWeb({ token, folder: first.folder });
    expect(await textsFor(web, id, 'ada')).toEqual(['a cat', 'for all', 'for one']);
    expect(await textsFor(web, id, 'bob')).toEqual(['a cat', 'for all']);
  });

  test('is for whoever asked, not for whoever began the thread', async () => {
    const web = await openWeb({ token, answer: whisper });
    const id = await begin(web, 'a cat');
    await call(web, `/api/threads/${id}/messages`, { body: { text: 'a dog' }, headers: as('bob') });
    await web.script.settled();
    expect(await textsFor(web, id, 'ada')).toEqual(['a cat', 'for all', 'for one', 'a dog', 'for all']);
    expect(await textsFor(web, id, 'bob')).toEqual(['a cat', 'for all', 'a dog', 'for all', 'for one']);
  });

  test('is streamed to the asker alone, and so is its end', async () => {
    const web = await openWeb({ token, answer: whisper });
    const id = await begin(web, 'a cat');
    const path = `/api/threads/${id}/events`;
    const streamedTo = async (user: string) =>
      (await readEvents(web, path, isDone, as(user))).map(({ event, data }) => [event, data.text ?? data.status]);
    const shared = [
      ['message', 'a cat'],
      ['message', 'for all'],
    ];
    expect(await streamedTo('ada')).toEqual([...shared, ['message', 'for one'], ['status', 'done']]);
    expect(await streamedTo('bob')).toEqual([...shared, ['status', 'done']]);
    const message = (await messagesFor(web, id, 'ada')).at(-1).id;
    await web.adapter.thread({ adapter: 'web', thread: id }).remove({ adapter: 'web', thread: id, message });
    expect(await streamedTo('ada')).toEqual([...shared, ['removed', undefined], ['status', 'done']]);
    expect(await streamedTo('bob')).toEqual([...shared, ['status', 'done']]);
  });

  test('can be pressed and reacted to by the asker alone', async () => {
    const web = await openWeb({ token, answer: whisper });
    const id = await begin(web, 'a cat');
    const path = `/api/threads/${id}/messages/${(await messagesFor(web, id, 'ada')).at(-1).id}`;
    const pressAs = async (user: string) =>
      (await call(web, `${path}/actions`, { body: { id: 'use:own:g1' }, headers: as(user) })).status;
    const reactAs = async (user: string) =>
      (await call(web, `${path}/reactions`, { body: { emoji: '👍' }, headers: as(user) })).status;
    expect([await pressAs('bob'), await reactAs('bob')]).toEqual([404, 404]);
    expect([await pressAs('ada'), await reactAs('ada')]).toEqual([202, 202]);
  });

  test('is for whoever began the thread where nothing tells who asked', async () => {
    const web = await openWeb({ token, answer: async () => {} });
    const id = await begin(web, 'a cat');
    const card = { text: 'for one', personal: true, actions: [] };
    await web.adapter.thread({ adapter: 'web', thread: id }).post(card, { key: 'late' });
    expect(await textsFor(web, id, 'ada')).toEqual(['a cat', 'for one']);
    expect(await textsFor(web, id, 'bob')).toEqual(['a cat']);
  });
});

describe('a thread that a personal command began', () => {
  test.each([{ text: '/Help' }, { command: 'help' }])('is the asker’s alone: %j', async (body) => {
    const web = await openWeb({ token });
    const { json } = await call(web, '/api/threads', { body, headers: as('ada') });
    await web.script.settled();
    const path = `/api/threads/${json.id}`;
    const requests = [path, `${path}/messages`, `${path}/actions`] as const;
    for (const [index, request] of requests.entries()) {
      const sent = [undefined, { text: 'hi' }, { id: 'again:g1' }][index];
      expect([request, (await call(web, request, { body: sent, headers: as('bob') })).status]).toEqual([request, 404]);
    }
    expect((await call(web, `${path}/events`, { headers: as('bob') })).status).toBe(404);
    expect((await messagesFor(web, json.id, 'ada')).length).toBe(2);
  });

  test('is listed to the asker alone, and takes no room on the pages of others', async () => {
    const web = await openWeb({ token });
    const open = await begin(web, 'a cat');
    const own = await begin(web, '/help');
    const listedTo = async (user: string, query = '') =>
      (await call(web, `/api/threads${query}`, { headers: as(user) })).json.threads.map(({ id }: { id: string }) => id);
    expect(await listedTo('ada')).toEqual([open, own].sort().reverse());
    expect(await listedTo('bob')).toEqual([open]);
    expect(await listedTo('bob', '?limit=1')).toEqual([open]);
  });
});
