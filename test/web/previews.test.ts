import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createPreviews } from '../../adapters/web/previews.ts';
import { call, readEvents, readThread, startThread } from './client.ts';
import { openWeb } from './open-web.ts';
import type { Answer } from './scripted.ts';

const large = await sharp({ create: { width: 1024, height: 512, channels: 3, background: 'red' } })
  .png()
  .toBuffer();

test('previews are small, at most two a second, and gone with their job', async () => {
  const changes: string[] = [];
  let now = 0;
  const previews = createPreviews(
    (job) => changes.push(job),
    () => now,
  );
  for (let step = 0; step < 40; step++, now += 50) await previews.offer('job', large);
  expect(changes.length).toBe(4);
  const [head, data = ''] = (previews.of('job') ?? '').split(',');
  expect(head).toBe('data:image/webp;base64');
  expect(await sharp(Buffer.from(data, 'base64')).metadata()).toMatchObject({ width: 256, height: 128 });
  previews.forget('job');
  expect(previews.of('job')).toBeUndefined();
});

test('what is no picture is left out, and a preview that is ready after the end too', async () => {
  const previews = createPreviews(() => {});
  await previews.offer('job', Buffer.from('<svg onload=alert(1)>'));
  expect(previews.of('job')).toBeUndefined();
  const late = previews.offer('other', large);
  previews.forget('other');
  await late;
  expect(previews.of('other')).toBeUndefined();
});

test('a stream tells a preview once, apart from the steps, and the store of the thread never has it', async () => {
  const answer: Answer = async (thread, _, jobId) => {
    const running = { jobId, status: 'running', label: 'Drawing' } as const;
    await thread.progress({ ...running, step: 1, steps: 9, preview: large });
  };
  const web = await openWeb({ answer });
  const id = await startThread(web, { text: 'a cat' });
  const events = await readEvents(web, `/api/threads/${id}/events`, ({ event }) => event === 'preview');
  const preview = events.at(-1)?.data.preview;
  expect(preview).toMatch(/^data:image\/webp;base64,/);
  const { progress, messages } = await readThread(web, id);
  expect(progress).toMatchObject([{ step: 1, steps: 9, preview }]);
  expect(JSON.stringify(events.filter(({ event }) => event === 'status'))).not.toContain('preview');
  expect(JSON.stringify(messages)).not.toContain('data:image');
  await web.adapter
    .thread({ adapter: 'web', thread: id })
    .progress({ jobId: progress[0]?.jobId ?? '', status: 'running', label: 'Drawing', step: 2 });
  const more = await readEvents(web, `/api/threads/${id}/events`, ({ event }) => event === 'preview');
  expect(more.filter(({ event }) => event === 'preview').length).toBe(1);
});

test('a control that is refused leaves the thread as it was, and a command that fails does not', async () => {
  const answer: Answer = async (thread, invocation, jobId) => {
    const status = invocation.kind === 'action' ? 'failed' : 'done';
    await thread.post({ text: status, actions: [{ id: 'delete:g', label: 'Delete', emoji: '🗑️' }] }, { key: jobId });
    await thread.progress({ jobId, status, label: status });
  };
  const web = await openWeb({ answer });
  const id = await startThread(web, { text: 'a cat' });
  await web.script.settled();
  const [, posted] = (await readThread(web, id)).messages;
  await call(web, `/api/threads/${id}/messages/${posted?.id}/actions`, { body: { id: 'delete:g' } });
  await web.script.settled();
  expect((await readThread(web, id)).messages.at(-1)?.text).toBe('failed');
  expect((await readThread(web, id)).status).toBe('done');
});
