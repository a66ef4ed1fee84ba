import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeComfyui, startFakeComfyui } from '../fakes/comfyui/fake-comfyui.ts';
import { addressOfNothing } from '../fakes/image-server.ts';
import { apiOf, lastPictures } from './api.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

const model = 'v1-5-pruned-emaonly.safetensors';

/** The real program with two backends, one of which is out of reach, over the public HTTP API. */
describe('pictures from a server', () => {
  let fake: FakeComfyui;
  let program: Program;
  let api: ReturnType<typeof apiOf>;
  beforeAll(async () => {
    fake = await startFakeComfyui({ login: 'ann:s3cret-password' });
    const dead = await addressOfNothing();
    program = await startProgram(await usedFolder(), {
      IMAGE_BACKENDS: `comfyui ${dead} name=dead weight=5; comfyui ${fake.url} name=alive steps=12`,
    });
    api = apiOf(program);
  }, 180_000);
  afterAll(async () => {
    await program?.end('SIGKILL');
    await fake?.close();
  });

  /** The texts and previews of the progress, as they come, until the run has ended. */
  async function follow(id: string): Promise<string[]> {
    const response = await fetch(api.url(`/api/threads/${id}/events`));
    const seen: string[] = [];
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      seen.push(part.value);
      if (/"status":"(done|failed|cancelled)"/.test(seen.join(''))) break;
    }
    await reader?.cancel();
    return seen;
  }

  it('offers the models of those that answer', async () => {
    const { suggestions } = await api.read<{ suggestions: string[] }>(
      '/api/suggest?command=prompt&option=model&typed=v1',
    );
    expect(suggestions).toEqual([model]);
  });

  it('refuses a model that nobody has, at once, and names those there are', async () => {
    const response = await api.send('POST', '/api/threads', {
      command: 'prompt',
      options: { text: 'a cat', model: 'v2' },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/no image model v2 .*sd_xl_base_1\.0\.safetensors/) },
    });
  });

  it('draws with the model that was named, around the one that is out of reach, with steps on the way', async () => {
    const id = await api.ask('prompt', { text: 'a cat on a sofa', count: 2, seed: 7, model, raw: true });
    const progress = (await follow(id)).join('');
    expect(progress).toMatch(/"step":\d+,"steps":12/);
    expect(progress).toContain('"preview":"data:image/webp;base64,');
    const thread = await api.finished(id);
    expect(thread.status).toBe('done');
    const { images } = lastPictures(thread);
    expect(images.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(fake.graphs.map((graph) => graph['checkpoint']?.inputs['ckpt_name'])).toEqual([model, model]);
    expect((await fetch(api.url(images[0]?.url ?? ''))).status).toBe(200);
  });

  it('takes a cancelled run from the server, that one alone', async () => {
    fake.script('hang');
    const id = await api.ask('prompt', { text: 'a fox', raw: true, model });
    await expect.poll(() => fake.runningId(), { timeout: 30_000 }).toBeDefined();
    const running = fake.runningId();
    const { progress } = await api.read<{ progress: { cancel?: { id: string } }[] }>(`/api/threads/${id}`);
    const cancelled = await api.send('POST', `/api/threads/${id}/actions`, { id: progress[0]?.cancel?.id });
    expect(cancelled.status).toBe(202);
    expect((await api.finished(id)).messages.at(-1)?.text).toBe('Cancelled.');
    expect(fake.cancelled).toEqual([running]);
    expect(fake.globalInterrupts).toBe(0);
  });

  it('tells people that no backend can be reached, and the operator which setting mends it', async () => {
    fake.crash();
    const thread = await api.finished(await api.ask('prompt', { text: 'a hen', raw: true }));
    const told = thread.messages.at(-1)?.text ?? '';
    expect(told).toMatch(
      /^No image backend could make this\.\n[^\n]*ComfyUI can't be reached\..*operator can see why in the log/s,
    );
    expect(told).not.toMatch(/IMAGE_BACKENDS|127\.0\.0\.1/);
    const log = program.output();
    expect(log).toContain(
      `"forOperator":"ComfyUI can't be reached. Check that it runs at ${new URL(fake.url).origin} and that the address in IMAGE_BACKENDS is right."`,
    );
    expect(log).toMatch(/"backend":"alive","err":\{[^\n]*ECONNREFUSED/);
    expect(log).not.toContain('a hen');
  });

  it('never logs the password of a server', () => {
    expect(program.output()).not.toContain('s3cret-password');
  });
});
