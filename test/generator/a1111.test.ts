import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type A1111Settings, createA1111Generator } from '../../src/generator/a1111.ts';
import { describeGenerator } from '../contract/generator.ts';
import { describeDiscretion } from '../contract/generator-faults.ts';
import { type FakeA1111, startFakeA1111 } from '../fakes/a1111/fake-a1111.ts';
import { addressOfNothing, type ImageServerReply } from '../fakes/image-server.ts';
import { flatPicture } from './pictures.ts';

const request = { prompt: 'a cat', count: 1, seed: 7, width: 512, height: 512 };
const open: FakeA1111[] = [];

async function start(options: Parameters<typeof startFakeA1111>[0] = {}) {
  const server = await startFakeA1111(options);
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function generatorAt(server: { url: string }, more: Partial<A1111Settings> = {}) {
  return createA1111Generator({ url: server.url, pollMs: 5, ...more });
}

async function answering(reply: ImageServerReply, more: Partial<A1111Settings> = {}) {
  const server = await start();
  // A retry after too little memory meets it again.
  server.script('/txt2img', reply, reply);
  return generatorAt(server, more);
}

describeGenerator(
  'AUTOMATIC1111',
  async () => {
    const server = await startFakeA1111();
    return { generator: generatorAt(server), stop: server.close };
  },
  {
    unreachable: async () => generatorAt({ url: await addressOfNothing() }),
    'wrong login': async () => generatorAt(await start({ login: 'someone:else' })),
    timeout: () => answering('hang', { timeoutMs: 100 }),
    'crash in the middle': () => answering('reset'),
    'body cut off': () => answering('cut'),
    'wrong content type': () => answering({ status: 200, body: '<html>Hello</html>', type: 'text/html' }),
    'no picture': () =>
      answering({ status: 200, json: { images: [Buffer.from('<html>').toString('base64')], info: '{}' } }),
    'too little memory for any size': async () => generatorAt(await start({ memory: 100 })),
    'internal error': () =>
      answering({ status: 500, json: { error: 'RuntimeError', detail: '', body: '', errors: 'a very private cat' } }),
  },
);

describeGenerator('SD.Next, which tells no task ids', async () => {
  const server = await startFakeA1111({ hasTaskIds: false });
  return { generator: generatorAt(server), stop: server.close };
});

describeDiscretion('A1111', {
  'an exception': (prompt) =>
    answering({ status: 500, json: { error: prompt, detail: prompt, body: prompt, errors: prompt } }),
  'too little memory': (prompt) =>
    answering({ status: 500, json: { error: 'OutOfMemoryError', detail: prompt, errors: `out of memory: ${prompt}` } }),
  'a request it minds': (prompt) =>
    answering({
      status: 422,
      json: { detail: [{ loc: ['body', prompt], type: prompt, msg: prompt, input: { prompt } }] },
    }),
  'a sampler it does not know': (prompt) =>
    answering({ status: 404, json: { error: 'HTTPException', detail: `Sampler not found: ${prompt}` } }),
  'a page': (prompt) => answering({ status: 200, body: `<p>${prompt}`, type: `text/html; ${prompt}` }),
  'an answer of another shape': (prompt) => answering({ status: 200, json: { images: { [prompt]: prompt } } }),
});

describe('the A1111 generator', () => {
  test('logs in with the user and password of the address', async () => {
    const server = await start({ login: 'bot:p@ss' });
    const url = server.url.replace('//', '//bot:p%40ss@');
    expect((await generatorAt({ url }).generate(request)).images).toHaveLength(1);
  });

  test('sends the settings of the operator, and the model by its title with the loaded one restored', async () => {
    const server = await start();
    const settings = { model: 'sdxl_base', steps: 4, guidance: 5.5, sampler: 'Euler a' };
    const { model } = await generatorAt(server, settings).generate({ ...request, negativePrompt: 'a dog' });
    expect(model).toBe('sdxl_base');
    const sent = JSON.parse(String(server.requests.find(({ path }) => path.endsWith('/txt2img'))?.body));
    expect(sent).toMatchObject({
      ...{ prompt: 'a cat', negative_prompt: 'a dog', seed: 7, steps: 4, cfg_scale: 5.5, sampler_name: 'Euler a' },
      ...{ override_settings: { sd_model_checkpoint: 'sdxl_base.safetensors [31e35c80fc]' } },
      ...{ override_settings_restore_afterwards: true, save_images: false },
    });
  });

  test('tells how it was sampled: what the server says it took, else what was sent', async () => {
    const server = await start();
    const settings = { steps: 4, guidance: 5.5, sampler: 'Euler a' };
    const [told] = (await generatorAt(server).generate(request)).images;
    expect(told?.sampling).toEqual({ steps: 20, guidance: 7, sampler: 'Euler a' });
    const image = (await flatPicture(512, 512)).toString('base64');
    server.script('/txt2img', { status: 200, json: { images: [image], info: '' } });
    const [silent] = (await generatorAt(server, settings).generate(request)).images;
    expect(silent?.sampling).toEqual(settings);
  });

  test('likes the size that the model was trained on', () => {
    const pixels = (model?: string) => createA1111Generator({ url: 'http://localhost', model }).limits.usualPixels;
    expect(pixels('sdxl_base')).toBe(1024 * 1024);
    expect(pixels('v1-5-pruned')).toBe(512 * 512);
    expect(pixels()).toBeUndefined();
  });

  test('makes it smaller once when memory is short, and says so', async () => {
    const server = await start({ memory: 1024 * 1024 });
    const made = await generatorAt(server).generate({ ...request, count: 2, width: 1280, height: 960 });
    expect(made.notices).toEqual(['Made smaller (904 x 672): the server ran out of memory.']);
    const sizes = await Promise.all(made.images.map(({ bytes }) => sharp(bytes).metadata()));
    for (const size of sizes) expect(size).toMatchObject({ width: 904, height: 672 });
    expect(server.requests.filter(({ path }) => path.endsWith('/txt2img'))).toHaveLength(2);
  });

  test('names the remedy for a sampler that is none, and for a model of the settings that is missing', async () => {
    const server = await start();
    const failureWith = (settings: Partial<A1111Settings>) =>
      generatorAt(server, settings)
        .generate(request)
        .catch((error: unknown) => error);
    expect(await failureWith({ sampler: 'Eulr' })).toMatchObject({
      code: 'generator_failed',
      message: expect.stringMatching(/does not know the sampler .*; the bot's operator can see why/),
      forOperator: expect.stringMatching(/sampler.*Change sampler= in IMAGE_BACKENDS/),
    });
    expect(await failureWith({ model: 'gone' })).toMatchObject({
      code: 'generator_failed',
      message: expect.stringMatching(/has not the model .*; the bot's operator can see why/),
      forOperator: expect.stringMatching(/v1-5-pruned, sdxl_base.*Change model= in IMAGE_BACKENDS/),
    });
  });

  test('says what a request was refused for in the log alone, without the request', async () => {
    const detail = [{ loc: ['body', 'steps'], type: 'value_error', msg: 'a cat', input: { prompt: 'a cat' } }];
    const generator = await answering({ status: 422, json: { detail } });
    const failure = await generator.generate(request).catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: new Error('status 422 body.steps value_error') });
  });

  test('tells how many pictures there are when somebody stops the run at the server', async () => {
    const server = await start();
    server.state.hold();
    const run = generatorAt(server).generate({ ...request, count: 3 });
    await vi.waitFor(() => expect(server.state.current()).toBeDefined(), { timeout: 20_000 });
    server.state.interrupt();
    const made = await run;
    expect(made.images).toHaveLength(1);
    expect(made.notices).toEqual(['The server made only 1 of 3 pictures.']);
  });
});
