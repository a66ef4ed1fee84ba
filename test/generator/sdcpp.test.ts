import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isAbort } from '../../src/errors.ts';
import type { GenerationProgress } from '../../src/generator/generator.ts';
import { createSdcppGenerator, type SdcppSettings } from '../../src/generator/sdcpp.ts';
import { describeGenerator } from '../contract/generator.ts';
import { describeDiscretion } from '../contract/generator-faults.ts';
import { addressOfNothing, type ImageServerReply } from '../fakes/image-server.ts';
import { type FakeSdcpp, startFakeSdcpp } from '../fakes/sdcpp/fake-sdcpp.ts';

const request = { prompt: 'a cat', count: 1, seed: 7, width: 512, height: 512 };
const patience = { timeout: 20_000 };
const open: FakeSdcpp[] = [];

async function start(options: Parameters<typeof startFakeSdcpp>[0] = {}) {
  const server = await startFakeSdcpp(options);
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function generatorAt(server: { url: string }, times: SdcppSettings['times'] = {}, more: Partial<SdcppSettings> = {}) {
  return createSdcppGenerator({ url: server.url, times: { pollMs: 5, ...times }, ...more });
}

/** What the server says to the request that makes pictures: of a job or of the older API. */
async function answering(reply: ImageServerReply, times: SdcppSettings['times'] = {}, hasJobs = true) {
  const server = await start({ hasJobs });
  server.script(hasJobs ? '/img_gen' : '/txt2img', reply);
  return generatorAt(server, times);
}

describeGenerator(
  'stable-diffusion.cpp',
  async () => {
    const server = await startFakeSdcpp();
    return { generator: generatorAt(server), stop: server.close };
  },
  {
    unreachable: async () => generatorAt({ url: await addressOfNothing() }),
    'wrong login': () => answering({ status: 401, json: { error: 'unauthorized' } }),
    timeout: async () => {
      const server = await start();
      server.jobs.hold();
      return generatorAt(server, { timeoutMs: 100 });
    },
    'crash in the middle': () => answering('reset'),
    'body cut off': () => answering('cut'),
    'wrong content type': () => answering({ status: 200, body: '<html>Hello</html>', type: 'text/html' }),
    'too little memory for any size': async () => generatorAt(await start({ memory: 100 })),
    'too much to do': () => answering({ status: 429, json: { error: 'job queue is full' } }, { queueMs: 0 }),
    'internal error': () => answering({ status: 500, json: { error: 'server_error', message: 'a very private cat' } }),
  },
);

describeGenerator(
  'stable-diffusion.cpp before it had jobs',
  async () => {
    const server = await startFakeSdcpp({ hasJobs: false });
    return { generator: generatorAt(server), stop: server.close };
  },
  {
    timeout: () => answering('hang', { timeoutMs: 100 }, false),
    'crash in the middle': () => answering('reset', {}, false),
    'body cut off': () => answering('cut', {}, false),
    'no picture': () =>
      answering({ status: 200, json: { images: [Buffer.from('<html>').toString('base64')], info: '' } }, {}, false),
    'too little memory for any size': async () => generatorAt(await start({ memory: 100, hasJobs: false })),
  },
);

/** A server whose job ends so. */
async function endingWith(error: { code: string; message: string }) {
  const server = await start();
  // A retry after too little memory ends so too.
  for (const id of ['00000001', '00000002']) {
    server.script(id, { status: 200, json: { status: 'failed', result: null, error } });
  }
  return generatorAt(server);
}

describeDiscretion('stable-diffusion.cpp', {
  'a job that fails': (prompt) => endingWith({ code: 'generation_failed', message: `failed: ${prompt}` }),
  'a job that fails with another code': (prompt) => endingWith({ code: prompt, message: prompt }),
  'a job without memory': (prompt) => endingWith({ code: 'failed', message: `out of memory: ${prompt}` }),
  'a refused request': (prompt) => answering({ status: 400, json: { error: prompt, message: prompt } }),
  'the older API': (prompt) => answering({ status: 500, json: { error: prompt, message: prompt } }, {}, false),
});

describe('the stable-diffusion.cpp generator', () => {
  test('sends the settings of the operator', async () => {
    const server = await start();
    await generatorAt(server, {}, { steps: 4, guidance: 1.5, sampler: 'euler' }).generate(request);
    const sent = JSON.parse(String(server.requests.find(({ path }) => path.endsWith('/img_gen'))?.body));
    expect(sent).toMatchObject({
      ...{ prompt: 'a cat', seed: 7, width: 512, height: 512, batch_count: 1 },
      sample_params: { sample_steps: 4, sample_method: 'euler', guidance: { txt_cfg: 1.5 } },
    });
  });

  test('tells how it was sampled, as far as the operator set that', async () => {
    const [image] = (await generatorAt(await start(), {}, { steps: 4, sampler: 'euler' }).generate(request)).images;
    expect(image?.sampling).toEqual({ steps: 4, guidance: undefined, sampler: 'euler' });
  });

  test('makes it smaller once when the server makes nothing for lack of memory, and says so', async () => {
    const made = await generatorAt(await start({ memory: 512 * 512 })).generate({
      ...request,
      width: 768,
      height: 512,
    });
    expect(made.notices).toEqual(['Made smaller (512 x 320): the server ran out of memory.']);
    expect(await sharp(made.images[0]?.bytes).metadata()).toMatchObject({ width: 512, height: 320 });
  });

  test('tells the steps where the server does', async () => {
    const server = await start({ tellsSteps: true });
    const seen: GenerationProgress[] = [];
    await generatorAt(server).generate(request, { onProgress: (progress) => seen.push(progress) });
    expect(seen.some(({ step, steps }) => step && steps === 20)).toBe(true);
    expect(seen.at(-1)).toEqual({ fraction: 1 });
  });

  test('waits for a place while the queue is full', async () => {
    const server = await start({ maxPending: 1 });
    server.jobs.hold();
    server.jobs.add(5, async () => []);
    const run = generatorAt(server).generate(request);
    const tries = () => server.requests.filter(({ path }) => path.endsWith('/img_gen')).length;
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(2), patience);
    server.jobs.release();
    expect((await run).images).toHaveLength(1);
  });

  test('bears a few failed looks at a job', async () => {
    const server = await start();
    server.script('00000001', 'reset', 'cut', { status: 502, body: 'Bad Gateway', type: 'text/html' });
    expect((await generatorAt(server).generate(request)).images).toHaveLength(1);
  });

  /** A job that is being made and gets no further. */
  async function startJob() {
    const server = await start();
    server.jobs.hold();
    const settled = generatorAt(server)
      .generate(request)
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(server.jobs.all).toHaveLength(1), patience);
    return { server, settled };
  }

  test('takes a job out of the queue that it can not look at any more, as behind a gateway in trouble', async () => {
    const server = await start();
    server.jobs.hold();
    server.jobs.add(5, async () => []);
    const bad: ImageServerReply = { status: 502, body: 'Bad Gateway', type: 'text/html' };
    server.script('00000002', bad, bad, bad, bad);
    await expect(generatorAt(server).generate(request)).rejects.toMatchObject({ code: 'generator_failed' });
    expect(server.jobs.all.map(({ status }) => status)).toEqual(['generating', 'cancelled']);
  });

  test('says that the server is gone when it stays away', async () => {
    const { server, settled } = await startJob();
    await server.close();
    expect(await settled).toMatchObject({
      code: 'generator_failed',
      message: expect.stringMatching(/can't be reached|Try again/),
    });
  });

  test('says that a job is lost when the server knows it no more', async () => {
    const { server, settled } = await startJob();
    server.jobs.expireAll();
    expect(await settled).toMatchObject({ message: expect.stringMatching(/lost the job.*Try again/) });
  });

  test('sends a picture that is none on as an error', async () => {
    const server = await start();
    const image = { index: 0, b64_json: Buffer.from('<html>').toString('base64') };
    server.script('00000001', { status: 200, json: { status: 'completed', result: { images: [image] }, error: null } });
    await expect(generatorAt(server).generate(request)).rejects.toThrow(/no whole PNG/);
  });
});

describe('an abort at stable-diffusion.cpp', () => {
  async function abortWhen(server: FakeSdcpp, ready: () => void) {
    const stopping = new AbortController();
    const settled = generatorAt(server)
      .generate(request, { signal: stopping.signal })
      .catch((error: unknown) => error);
    await vi.waitFor(ready, patience);
    stopping.abort();
    expect(isAbort(await settled)).toBe(true);
  }

  test('takes a job that waits out of the queue, and no other', async () => {
    const server = await start();
    server.jobs.hold();
    const other = server.jobs.add(5, async () => []);
    await abortWhen(server, () => expect(server.jobs.all).toHaveLength(2));
    expect(server.jobs.all.map(({ status }) => status)).toEqual(['generating', 'cancelled']);
    server.jobs.release();
    await vi.waitFor(() => expect(other?.status).toBe('completed'), patience);
  });

  test('leaves a job that is being made, which the server can not stop', async () => {
    const server = await start();
    server.jobs.hold();
    await abortWhen(server, () => expect(server.jobs.all[0]?.status).toBe('generating'));
    expect(server.requests.some(({ path }) => path.endsWith('/cancel'))).toBe(true);
  });
});
