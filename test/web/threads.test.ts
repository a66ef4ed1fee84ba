import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BotError } from '../../src/errors.ts';
import { encodeUpload } from '../../src/images/encode.ts';
import { imageKeyOf } from '../../src/images/image-files.ts';
import { call, imageForm, readThread, startThread } from './client.ts';
import { openWeb } from './open-web.ts';
import { type Answer, startWeb } from './scripted.ts';

const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#c03020' } })
  .png()
  .toBuffer();

describe('starting a thread', () => {
  test('a command as JSON reaches the core with its options, and the thread shows both sides', async () => {
    const web = await openWeb();
    const options = { text: 'a cat', count: 2, seed: 7 };
    const { status, json } = await call(web, '/api/threads', { body: { command: 'prompt', options } });
    expect(status).toBe(202);
    await web.script.settled();
    expect(web.script.accepted).toMatchObject([
      { kind: 'command', command: 'prompt', options, attachments: [], scope: 'web', person: { id: 'local' } },
    ]);
    const thread = await readThread(web, json.id);
    expect(thread).toMatchObject({ id: json.id, status: 'done', title: 'a cat --count 2 --seed 7' });
    expect(thread.messages).toMatchObject([
      { author: 'you', kind: 'person', text: '/prompt a cat --count 2 --seed 7', actions: [] },
      {
        author: 'Promptory',
        kind: 'bot',
        text: 'got command',
        actions: [{ id: 'again:g1', label: 'Again', emoji: '🔁' }],
        generationId: 'g1',
      },
    ]);
  });

  test('text goes to the core as it was typed', async () => {
    const web = await openWeb();
    const text = '/prompt a cat --count 2\nand <b>a dog</b>';
    const id = await startThread(web, { text });
    await web.script.settled();
    expect(web.script.accepted).toMatchObject([{ kind: 'message', text }]);
    expect((await readThread(web, id)).messages[0]?.text).toBe(text);
  });

  test('a picture reaches the core as it was sent, and the thread shows the clean copy that the core keeps', async () => {
    const web = await openWeb();
    const body = imageForm(picture, { command: 'search', options: '{}' });
    const { status, json } = await call(web, '/api/threads', { body });
    expect(status).toBe(202);
    await web.script.settled();
    const [invocation] = web.script.accepted;
    const attachment = invocation && 'attachments' in invocation ? invocation.attachments[0] : undefined;
    const bytes = attachment && 'bytes' in attachment ? attachment.bytes : new Uint8Array();
    expect(Buffer.from(bytes).equals(picture)).toBe(true);
    const [said] = (await readThread(web, json.id)).messages;
    expect(said?.images).toMatchObject([{ width: 40, height: 30, alt: 'picture.png' }]);
    const copy = await encodeUpload(picture);
    expect(said?.images?.[0]?.url).toContain(imageKeyOf(copy.bytes));
    expect((await fetch(web.url + said?.images?.[0]?.url)).status).toBe(200);
    expect(await sharp(copy.bytes).metadata()).toMatchObject({ format: 'webp', width: 40, height: 30 });
  });

  test('of a refused picture nothing is kept', async () => {
    const web = await openWeb({
      check: () => {
        throw new BotError('queue_full', 'Too many wait already. Try again in a minute.');
      },
    });
    const { status } = await call(web, '/api/threads', {
      body: imageForm(picture, { command: 'search', options: '{}' }),
    });
    expect(status).toBe(503);
    const key = imageKeyOf((await encodeUpload(picture)).bytes);
    expect((await fetch(`${web.url}/images/${key}`)).status).toBe(404);
  });

  test('a refused command leaves no thread, and says why', async () => {
    const web = await openWeb({
      check: () => {
        throw new BotError('queue_full', 'Too many wait already. Try again in a minute.');
      },
    });
    const { status, json } = await call(web, '/api/threads', { body: { text: 'a cat' } });
    expect(status).toBe(503);
    expect(json).toEqual({ error: { code: 'queue_full', message: 'Too many wait already. Try again in a minute.' } });
    expect((await call(web, '/api/threads')).json.threads).toEqual([]);
  });

  test("a refusal for one's own many requests is told apart from a full queue", async () => {
    const web = await openWeb({
      check: () => {
        throw new BotError('too_many_requests', '2 of your requests are waiting already.');
      },
    });
    expect(await call(web, '/api/threads', { body: { text: 'a cat' } })).toMatchObject({
      status: 429,
      json: { error: { code: 'too_many_requests', message: '2 of your requests are waiting already.' } },
    });
  });

  test('the same Idempotency-Key counts once, after a restart too', async () => {
    const first = await startWeb();
    const headers = { 'idempotency-key': 'click-1' };
    const one = await call(first, '/api/threads', { body: { text: 'a cat' }, headers });
    const again = await call(first, '/api/threads', { body: { text: 'a cat' }, headers });
    await first.close();
    const second = await openWeb({ folder: first.folder });
    const later = await call(second, '/api/threads', { body: { text: 'a cat' }, headers });
    expect(new Set([one.json.id, again.json.id, later.json.id]).size).toBe(1);
    expect(first.script.accepted.length).toBe(1);
    expect(second.script.accepted[0]?.id).toBe(first.script.accepted[0]?.id);
    await second.script.settled();
    expect((await readThread(second, one.json.id)).messages.length).toBe(2);
  });
});

describe('the status of a thread', () => {
  test('is queued from the moment of the 202, although an earlier job is done', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    onTestFinished(() => release());
    const answer: Answer = async (thread, invocation, jobId) => {
      if (invocation.kind === 'message' && invocation.text === 'slow') await held;
      await thread.progress({ jobId, status: 'done', label: 'Done' });
    };
    const web = await openWeb({ answer });
    const id = await startThread(web, { text: 'quick' });
    expect((await readThread(web, id)).status).toBe('done');
    await call(web, `/api/threads/${id}/messages`, { body: { text: 'slow' } });
    expect(await readThread(web, id)).toMatchObject({ status: 'queued', progress: [{ label: 'Waiting' }] });
    release();
    await web.script.settled();
    expect(await readThread(web, id)).toMatchObject({ status: 'done', progress: [] });
  });

  test('stays done when the job ended before it was called accepted, and when updates come late', async () => {
    const answer: Answer = async (thread, _, jobId) => {
      await Promise.all([
        thread.progress({ jobId, status: 'running', label: 'Drawing' }),
        thread.progress({ jobId, status: 'done', label: 'Done' }),
        thread.progress({ jobId, status: 'running', label: 'Late' }),
        thread.progress({ jobId, status: 'queued', label: 'Very late' }),
      ]);
    };
    const web = await openWeb({ answer });
    const id = await startThread(web, { text: 'a cat' });
    await web.script.settled();
    expect(await readThread(web, id)).toMatchObject({ status: 'done', progress: [] });
  });

  test('is queued by a reaction that asks for work, and not by taking it back', async () => {
    const answer: Answer = async (thread, invocation, jobId) => {
      if (invocation.kind !== 'message') return;
      await thread.post({ text: 'a run', actions: [] }, { key: jobId });
      await thread.progress({ jobId, status: 'done', label: 'Done' });
    };
    const web = await openWeb({ answer });
    const id = await startThread(web, { text: 'a cat' });
    await web.script.settled();
    const path = `/api/threads/${id}/messages/${(await readThread(web, id)).messages[1]?.id}/reactions`;
    await call(web, path, { body: { emoji: '🔁' } });
    expect((await readThread(web, id)).status).toBe('queued');
    const jobId = `job-${web.script.accepted[1]?.id}`;
    await web.adapter.thread({ adapter: 'web', thread: id }).progress({ jobId, status: 'done', label: 'Done' });
    await call(web, path, { method: 'DELETE', body: { emoji: '🔁' } });
    expect((await readThread(web, id)).status).toBe('done');
  });

  test('shows a failure, until the next job ends well', async () => {
    const answer: Answer = async (thread, invocation, jobId) => {
      const isBad = invocation.kind === 'message' && invocation.text === 'bad';
      await thread.progress({ jobId, status: isBad ? 'failed' : 'done', label: '' });
    };
    const web = await openWeb({ answer });
    const id = await startThread(web, { text: 'bad' });
    await web.script.settled();
    expect((await readThread(web, id)).status).toBe('failed');
    await call(web, `/api/threads/${id}/messages`, { body: { text: 'good' } });
    await web.script.settled();
    expect((await readThread(web, id)).status).toBe('done');
  });

  test('a job that did not end stays queued over a restart, and goes on', async () => {
    const first = await startWeb({ answer: async () => {} });
    const id = await startThread(first, { text: 'a cat' });
    await first.close();
    const second = await openWeb({ folder: first.folder });
    expect((await readThread(second, id)).status).toBe('queued');
    const jobId = `job-${first.script.accepted[0]?.id}`;
    await second.adapter
      .thread({ adapter: 'web', thread: id })
      .progress({ jobId, status: 'running', label: 'Drawing' });
    expect(await readThread(second, id)).toMatchObject({ status: 'running', progress: [{ label: 'Drawing' }] });
    await second.adapter.thread({ adapter: 'web', thread: id }).progress({ jobId, status: 'done', label: 'Done' });
    expect((await readThread(second, id)).status).toBe('done');
  });
});

describe('in a thread', () => {
  test('reactions are counted once a person, reach the core, and can be taken back', async () => {
    const web = await openWeb();
    const id = await startThread(web, { text: 'a cat' });
    await web.script.settled();
    const message = (await readThread(web, id)).messages[1]?.id ?? '';
    const path = `/api/threads/${id}/messages/${message}/reactions`;
    for (let i = 0; i < 2; i++) expect((await call(web, path, { body: { emoji: '👍' } })).status).toBe(202);
    const ref = { adapter: 'web', thread: id, message };
    expect(web.script.accepted.slice(1)).toMatchObject([{ kind: 'reaction', emoji: '👍', added: true, message: ref }]);
    expect((await readThread(web, id)).messages[1]?.reactions).toEqual([{ emoji: '👍', count: 1, mine: true }]);
    expect((await call(web, path, { method: 'DELETE', body: { emoji: '👍' } })).status).toBe(202);
    expect(web.script.accepted[2]).toMatchObject({ kind: 'reaction', emoji: '👍', added: false, message: ref });
    expect((await readThread(web, id)).messages[1]?.reactions).toEqual([]);
  });

  test('a control is pressed with the text of its form', async () => {
    const web = await openWeb();
    const id = await startThread(web, { text: 'a cat' });
    await web.script.settled();
    const message = (await readThread(web, id)).messages[1]?.id ?? '';
    const body = { id: 'refine:g1', text: 'more light' };
    expect((await call(web, `/api/threads/${id}/messages/${message}/actions`, { body })).status).toBe(202);
    expect(web.script.accepted[1]).toMatchObject({
      kind: 'action',
      action: 'refine:g1',
      text: 'more light',
      message: { message },
    });
    expect((await call(web, `/api/threads/${id}/actions`, { body: { id: 'cancel:j1' } })).status).toBe(202);
    expect(web.script.accepted[2]).toMatchObject({ kind: 'action', action: 'cancel:j1' });
  });

  test('what is not there is a 404', async () => {
    const web = await openWeb();
    const one = await startThread(web, { text: 'one' });
    const two = await startThread(web, { text: 'two' });
    await web.script.settled();
    const message = (await readThread(web, one)).messages[0]?.id;
    const absent: [string, unknown?][] = [
      ['/api/threads/none'],
      ['/api/threads/none/events'],
      ['/api/threads/none/messages', { text: 'hi' }],
      [`/api/threads/${two}/messages/${message}/actions`, { id: 'again:g1' }],
      [`/api/threads/${one}/messages/nothing/reactions`, { emoji: '👍' }],
      ['/api/nothing'],
      ['/nothing'],
      ['/page/..%2Fweb.ts'],
      [`/images/${'0'.repeat(64)}`],
      ['/images/..%2F..%2Fpackage.json'],
    ];
    for (const [path, body] of absent) {
      const { status, json } = await call(web, path, { body });
      expect([path, status, json?.error?.code]).toEqual([path, 404, 'not_found']);
    }
  });

  test('threads are listed newest first, page by page', async () => {
    const web = await openWeb();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.unshift(await startThread(web, { text: `thread ${i}` }));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = (await call(web, '/api/threads?limit=3')).json;
    const second = (await call(web, `/api/threads?limit=3&before=${first.next}`)).json;
    expect([...first.threads, ...second.threads].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeUndefined();
    expect((await call(web, '/api/threads?limit=zero')).status).toBe(400);
  });
});
