import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isAbort, operatorsWords } from '../../../src/errors.ts';
import { builtInWorkflow } from '../../../src/generator/comfyui/workflow.ts';
import { type ComfyuiSettings, createComfyuiGenerator } from '../../../src/generator/comfyui.ts';
import { GeneratorFault } from '../../../src/generator/fault.ts';
import type { GenerateOptions, GenerationProgress, ImageRequest } from '../../../src/generator/generator.ts';
import { type FakeComfyui, type FakeComfyuiOptions, startFakeComfyui } from '../../fakes/comfyui/fake-comfyui.ts';
import { inputOf, textAt } from '../../fakes/comfyui/graph.ts';
import { flatPicture } from '../pictures.ts';

const model = 'v1-5-pruned-emaonly.safetensors';

let fake: FakeComfyui;
afterEach(() => fake.close());

async function start(options: FakeComfyuiOptions = {}, settings: Partial<ComfyuiSettings> = {}) {
  fake = await startFakeComfyui(options);
  return createComfyuiGenerator({ url: fake.url, model, timeoutMs: 60_000, ...settings });
}

const request: ImageRequest = { prompt: 'a cat', negativePrompt: 'dogs', count: 1, seed: 7, width: 256, height: 320 };
const failureOf = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

/** Resolves when `generate` has got to a step of its job. */
async function whileRunning(generate: (options: GenerateOptions) => Promise<unknown>) {
  const stopping = new AbortController();
  const failure = failureOf(generate({ signal: stopping.signal }));
  await expect.poll(() => fake.runningId()).toBeDefined();
  return { failure, id: fake.runningId(), stop: () => stopping.abort() };
}

describe('a run on ComfyUI', () => {
  test('fills the built-in workflow, with numbers as numbers', async () => {
    const generator = await start({}, { steps: 12, guidance: 4.5, sampler: 'euler' });
    const made = await generator.generate({ ...request, count: 2 });
    expect(made).toMatchObject({ generator: 'comfyui', model, notices: [] });
    expect(made.images.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(fake.graphs).toHaveLength(2);
    for (const [index, graph] of fake.graphs.entries()) {
      expect(graph['sampler']?.inputs).toMatchObject({
        seed: 7 + index,
        steps: 12,
        cfg: 4.5,
        sampler_name: 'euler',
        denoise: 1,
      });
      expect(graph['latent']?.inputs).toMatchObject({ width: 256, height: 320 });
      expect(textAt(graph, 'positive')).toBe('a cat');
      expect(textAt(graph, 'negative')).toBe('dogs');
    }
  });

  test('works on a build that chooses the ids of its jobs', async () => {
    const generator = await start({ choosesIds: true, hasJobsApi: false, version: '0.3.44' });
    expect((await generator.generate(request)).images).toHaveLength(1);
  });

  test('tells how it was sampled, as far as the workflow takes that from us', async () => {
    const generator = await start({}, { steps: 12, guidance: 4.5, sampler: 'euler' });
    const [image] = (await generator.generate(request)).images;
    expect(image?.sampling).toEqual({ steps: 12, guidance: 4.5, sampler: 'euler' });
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'workflow-')), 'own.json');
    const own = JSON.stringify(builtInWorkflow('txt2img').graph).replace('"%steps%"', '8');
    writeFileSync(file, own);
    const other = createComfyuiGenerator({ url: fake.url, model, timeoutMs: 60_000, guidance: 3, workflow: file });
    const [second] = (await other.generate(request)).images;
    expect(second?.sampling).toEqual({ steps: undefined, guidance: 3, sampler: 'dpmpp_2m' });
  });

  test('starts from a picture, brought to the size that was asked', async () => {
    const generator = await start();
    const source = { bytes: await flatPicture(100, 50), strength: 0.6 };
    const { images } = await generator.generate({ ...request, source });
    expect(images[0]).toMatchObject({ width: 256, height: 320 });
    expect(fake.graphs[0]?.['sampler']?.inputs['denoise']).toBe(0.6);
    expect(inputOf(fake.graphs[0] ?? {}, 'LoadImage', 'image')).toMatch(/^up\/promptory-[0-9a-f]{32}\.png$/);
  });

  test.each([
    ['with metadata, as new builds send them', {}],
    ['with COMBO choices', { newObjectInfo: true }],
  ])('tells steps and shows previews %s', async (_name, options) => {
    const generator = await start(options);
    const seen: GenerationProgress[] = [];
    await generator.generate({ ...request, count: 2 }, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toContainEqual(expect.objectContaining({ step: 13, steps: 25 }));
    expect(seen.filter(({ preview }) => preview?.[0] === 0xff && preview[1] === 0xd8)).toHaveLength(8);
    const fractions = seen.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
    expect(new Set(fractions).size).toBeGreaterThan(8);
  });

  test('works without a websocket', async () => {
    const generator = await start({ noSocket: true });
    expect((await generator.generate(request)).images).toHaveLength(1);
  });

  test('goes on when the websocket drops', async () => {
    const generator = await start();
    fake.script('drop');
    expect((await generator.generate(request)).images).toHaveLength(1);
  });

  test('leaves no websocket behind', async () => {
    const generator = await start();
    await generator.generate(request);
    await expect.poll(() => fake.sockets()).toBe(0);
  });

  test('logs in, over HTTP and the websocket', async () => {
    const generator = await start({ login: 'ann:pass%20word' });
    const seen: GenerationProgress[] = [];
    await generator.generate(request, { onProgress: (progress) => seen.push(progress) });
    expect(seen.some(({ preview }) => preview)).toBe(true);
  });
});

describe('stopping a run on ComfyUI', () => {
  test.each([
    ['a build with the jobs API', {}],
    ['a build that interrupts by id', { hasJobsApi: false, version: '0.3.60' }],
  ])('interrupts that job alone: %s', async (_name, options) => {
    const generator = await start(options);
    fake.script('hang');
    const { failure, id, stop } = await whileRunning((more) => generator.generate(request, more));
    stop();
    expect(isAbort(await failure)).toBe(true);
    expect(fake.cancelled).toEqual([id]);
    expect(fake.globalInterrupts).toBe(0);
    await expect.poll(() => fake.runningId()).toBeUndefined();
  });

  test.each([
    ['with the jobs API', {}],
    ['without it', { hasJobsApi: false, version: '0.3.60' }],
    ['that interrupts globally', { hasJobsApi: false, version: '0.3.44' }],
  ])("takes a waiting job away and leaves somebody else's running, on a build %s", async (_name, options) => {
    const generator = await start(options);
    const foreign = fake.addForeignJob();
    const stopping = new AbortController();
    const failure = failureOf(generator.generate(request, { signal: stopping.signal }));
    await expect.poll(() => fake.graphs.length).toBe(2);
    stopping.abort();
    expect(isAbort(await failure)).toBe(true);
    expect(fake.cancelled).toHaveLength(1);
    expect(fake.globalInterrupts).toBe(0);
    expect(fake.runningId()).toBe(foreign);
  });

  test('never interrupts on a build that would stop whatever runs', async () => {
    const generator = await start({ hasJobsApi: false, version: '0.3.44' });
    fake.script('hang');
    const { failure, stop } = await whileRunning((more) => generator.generate(request, more));
    stop();
    expect(isAbort(await failure)).toBe(true);
    expect(fake.globalInterrupts).toBe(0);
  });
});

describe('a job that nobody waits for any more', () => {
  test.each([
    ['the answer to its submission is lost', 'lost', {}],
    ['a gateway gives up', 'gateway', {}],
    ['the answer is lost, on a build without the jobs API', 'lost', { hasJobsApi: false, version: '0.3.60' }],
    [
      'the answer is lost, on a build that chose its id',
      'lost',
      { hasJobsApi: false, version: '0.3.44', choosesIds: true },
    ],
  ] as const)('leaves the queue: %s', async (_name, submission, options) => {
    const generator = await start(options);
    const foreign = fake.addForeignJob();
    fake.submission = submission;
    await expect(generator.generate(request)).rejects.toMatchObject({ code: 'generator_failed' });
    expect(fake.graphs).toHaveLength(2);
    expect(fake.waitingIds()).toEqual([]);
    expect(fake.runningId()).toBe(foreign);
    expect(fake.globalInterrupts).toBe(0);
  });

  test('is interrupted alone where it runs already', async () => {
    const generator = await start();
    fake.submission = 'lost';
    fake.script('hang');
    await expect(generator.generate(request)).rejects.toMatchObject({ code: 'generator_failed' });
    expect(fake.cancelled).toHaveLength(1);
    await expect.poll(() => fake.runningId()).toBeUndefined();
  });

  test.each([
    ['it was never accepted', { ...request, model: 'gone.safetensors' }, 'draw'],
    ['it has ended by itself', request, 'error'],
  ] as const)('is not cancelled when %s', async (_name, asked, kind) => {
    const generator = await start();
    fake.script(kind);
    await expect(generator.generate(asked)).rejects.toThrow();
    expect(fake.requests.filter(({ path }) => path.endsWith('/cancel'))).toEqual([]);
  });
});

describe('failures of ComfyUI', () => {
  test('out of memory is tried smaller once, and said', async () => {
    const generator = await start();
    fake.script('memory', 'memory');
    const { images, notices } = await generator.generate({ ...request, width: 384, height: 384 });
    expect(images[0]).toMatchObject({ width: 256, height: 256 });
    expect(notices).toEqual([expect.stringMatching(/^Made smaller .* out of memory/)]);
  });

  test('an unknown model is an error that names those there are', async () => {
    const generator = await start();
    await expect(generator.generate({ ...request, model: 'v1-5-pruned.safetensors' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(
        /Did you mean v1-5-pruned-emaonly.* There are: v1-5-.*, sd_xl_base_1\.0\.safetensors\./,
      ),
    });
  });

  test('a model that the settings name wrongly is the backend to blame', async () => {
    const generator = await start({}, { model: 'gone.safetensors' });
    await expect(generator.generate(request)).rejects.toMatchObject({
      code: 'generator_failed',
      message: "ComfyUI has not the model that this bot is set to; the bot's operator can see why in the log.",
      forOperator: expect.stringMatching(/no image model gone\.safetensors .* Change model= in IMAGE_BACKENDS/),
    });
  });

  test('the first model there is serves when none is named', async () => {
    const generator = await start({}, { model: undefined });
    expect((await generator.generate(request)).model).toBe('sd_xl_base_1.0.safetensors');
    expect(await generator.models()).toEqual(['sd_xl_base_1.0.safetensors', model]);
  });

  test.each([
    ['error', /RuntimeError in its node KSampler: its own log/],
    ['stop', /Somebody stopped this run/],
    ['nothing', /no node that saves a picture: give COMFYUI_WORKFLOW a SaveImage node/],
    ['lose', /lost this run; it may have been restarted/],
    ['cut', /broke off in the middle of its answer/],
    ['page', /no whole PNG, JPEG or WebP picture/],
    ['crash', /can't be reached|broke off/],
  ] as const)('%s is told with what to do', async (kind, words) => {
    const generator = await start();
    fake.script(kind);
    const failure = await generator.generate(request).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GeneratorFault);
    if (failure instanceof GeneratorFault) expect(operatorsWords(failure)).toMatch(words);
  });

  test('a wrong login and an absent server are told apart', async () => {
    await start({ login: 'ann:right' });
    const wrong = createComfyuiGenerator({ url: fake.url.replace('right', 'wrong'), timeoutMs: 60_000 });
    await expect(wrong.models()).rejects.toThrow(/did not let this bot in/);
    // Port 9 of this machine answers no one.
    const absent = createComfyuiGenerator({ url: 'http://127.0.0.1:9', timeoutMs: 60_000 });
    await expect(absent.models()).rejects.toThrow(/can't be reached/);
  });

  test('a hang ends with the time allowed, and the job is stopped', async () => {
    const generator = await start({}, { timeoutMs: 1000 });
    fake.script('hang');
    const failure = await failureOf(generator.generate(request));
    expect(failure).toMatchObject({
      code: 'generator_failed',
      message: expect.stringContaining('longer than 1 second'),
    });
    expect(fake.cancelled).toHaveLength(1);
  });
});
