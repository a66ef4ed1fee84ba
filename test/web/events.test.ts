import { expect, onTestFinished, test } from 'vitest';
import { call, readEvents, readThread, type StreamEvent, startThread } from './client.ts';
import { openWeb } from './open-web.ts';
import { type Answer, answerText, startWeb } from './scripted.ts';

const isDone = ({ event, data }: StreamEvent) => event === 'status' && data.status === 'done';

/** Holds an answer until the test has seen what comes before it; an end of the test opens it too. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  onTestFinished(open);
  return { passed, open };
}

const card = (text: string) => ({ text, actions: [] });

test('a stream opened at once brings every message of the run and its end', async () => {
  const isOpen = gate();
  const isDrawing = gate();
  const answer: Answer = async (thread, invocation, jobId) => {
    await isOpen.passed;
    await thread.progress({ jobId, status: 'running', label: 'Drawing', fraction: 0.5 });
    await isDrawing.passed;
    await answerText(thread, invocation, jobId);
  };
  const web = await openWeb({ answer });
  const id = await startThread(web, { text: 'a cat' });
  const events = await readEvents(web, `/api/threads/${id}/events`, (event) => {
    if (event.event === 'status') isOpen.open();
    if (JSON.stringify(event.data).includes('"fraction":0.5')) isDrawing.open();
    return isDone(event);
  });
  const messages = events.filter(({ event }) => event === 'message');
  expect(messages.map(({ data }) => data)).toEqual((await readThread(web, id)).messages);
  expect(messages.map((event) => event.id)).toEqual(['1', '2']);
  expect(events.find(({ event }) => event === 'status')?.data.status).toBe('queued');
});

test('a resumed stream brings what changed meanwhile and nothing else, over a restart too', async () => {
  const first = await startWeb();
  const id = await startThread(first, { text: 'a cat' });
  const seen = await readEvents(first, `/api/threads/${id}/events`, isDone);
  const last = seen.findLast((event) => event.id !== undefined)?.id ?? '';
  await first.close();

  const second = await openWeb({ folder: first.folder });
  const thread = second.adapter.thread({ adapter: 'web', thread: id });
  const gone = await thread.post(card('soon gone'), { key: 'gone' });
  await thread.post(card('missed'), { key: 'missed' });
  await thread.remove(gone);
  const headers = { 'last-event-id': last };
  const events = await readEvents(second, `/api/threads/${id}/events`, isDone, headers);
  expect(events.map(({ event, data }) => [event, data.text ?? data.id])).toEqual([
    ['message', 'missed'],
    ['removed', gone.message],
    ['status', undefined],
  ]);
});

test('a reaction sends its message again, with the same id', async () => {
  const web = await openWeb();
  const id = await startThread(web, { text: 'a cat' });
  await web.script.settled();
  const { revision, messages } = await readThread(web, id);
  const path = `/api/threads/${id}/messages/${messages[1]?.id}/reactions`;
  const reading = readEvents(
    web,
    `/api/threads/${id}/events?after=${revision}`,
    ({ data }) => data.id === messages[1]?.id,
  );
  await call(web, path, { body: { emoji: '👍' } });
  const changed = (await reading).at(-1);
  expect(changed?.data).toMatchObject({ id: messages[1]?.id, reactions: [{ emoji: '👍', count: 1, mine: true }] });
});

test('two hundred streams are enough: the next is refused, and one that leaves makes room', async () => {
  const web = await openWeb();
  const id = await startThread(web, { text: 'a cat' });
  const leaving = new AbortController();
  const open = () => fetch(`${web.url}/api/threads/${id}/events`, { signal: leaving.signal });
  const opened = await Promise.all(Array.from({ length: 200 }, open));
  expect(opened.every(({ status }) => status === 200)).toBe(true);
  expect(await call(web, `/api/threads/${id}/events`)).toMatchObject({
    status: 503,
    json: { error: { code: 'queue_full' } },
  });
  leaving.abort();
  await expect
    .poll(async () => (await readEvents(web, `/api/threads/${id}/events`, isDone).catch(() => [])).length)
    .toBeGreaterThan(0);
});

test('stopping ends open streams and leaves posting possible', async () => {
  const web = await openWeb();
  const id = await startThread(web, { text: 'a cat' });
  await web.script.settled();
  const reading = readEvents(web, `/api/threads/${id}/events`, () => false).catch((error: unknown) => error);
  await expect.poll(async () => (await call(web, '/healthz')).status).toBe(200);
  await web.adapter.stop();
  expect(await reading).toBeInstanceOf(Error);
  await expect(fetch(`${web.url}/healthz`)).rejects.toThrow();
  const ref = await web.adapter.thread({ adapter: 'web', thread: id }).post(card('late'), { key: 'late' });
  expect(ref.message).toContain(id);
});
