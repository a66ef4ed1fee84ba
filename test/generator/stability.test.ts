import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { createStabilityGenerator, type StabilitySettings } from '../../src/generator/stability.ts';
import { describeGenerator } from '../contract/generator.ts';
import { describeDiscretion } from '../contract/generator-faults.ts';
import { addressOfNothing, type ImageServerReply } from '../fakes/image-server.ts';
import { type FakeStability, failure, stabilityKey, startFakeStability } from '../fakes/stability/fake-stability.ts';

const request = { prompt: 'a cat', count: 1, seed: 7, width: 1024, height: 1024 };
const open: FakeStability[] = [];

async function start() {
  const server = await startFakeStability();
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function generatorAt(server: { url: string }, more: Partial<StabilitySettings> = {}) {
  return createStabilityGenerator({ url: server.url, apiKey: stabilityKey, retryMs: [1, 1], ...more });
}

async function answering(reply: ImageServerReply, more: Partial<StabilitySettings> = {}) {
  const server = await start();
  server.script('/core', reply);
  return generatorAt(server, more);
}

const image = Buffer.from('<html>').toString('base64');

describeGenerator(
  'Stability AI, Core',
  async () => {
    const server = await startFakeStability();
    return { generator: generatorAt(server), stop: server.close };
  },
  {
    unreachable: async () => generatorAt({ url: await addressOfNothing() }),
    'wrong login': async () => generatorAt(await start(), { apiKey: 'sk-wrong' }),
    timeout: () => answering('hang', { timeoutMs: 100 }),
    'crash in the middle': () => answering('reset'),
    'body cut off': () => answering('cut'),
    'wrong content type': () => answering({ status: 200, body: '<html>Hello</html>', type: 'text/html' }),
    'no picture': () => answering({ status: 200, json: { image, finish_reason: 'SUCCESS', seed: 7 } }),
    'refused by moderation': () => answering(failure(403, 'content_moderation', 'flagged: a very private cat')),
    'no credits': () => answering(failure(402, 'payment_required', 'You lack sufficient credits.')),
    'too much to do': () => answering(failure(429, 'rate_limit_exceeded', 'slow down'), { retryMs: [] }),
    'internal error': () => answering(failure(500, 'internal_error', 'a very private cat'), { retryMs: [] }),
  },
);

describeGenerator('Stability AI, SD 3.5', async () => {
  const server = await startFakeStability();
  return { generator: generatorAt(server, { model: 'sd3.5-large' }), stop: server.close };
});

describeDiscretion('Stability AI', {
  'a refused request': (prompt) => answering(failure(400, 'bad_request', prompt)),
  'a refused prompt': (prompt) => answering(failure(403, 'content_moderation', prompt)),
  'another language': (prompt) => answering(failure(422, 'invalid_language', prompt)),
  'its own failure': (prompt) => answering(failure(500, prompt, prompt), { retryMs: [] }),
});

describe('what Stability AI may have charged for', () => {
  test.each<[string, ImageServerReply, boolean]>([
    ['no credits', failure(402, 'payment_required', ''), true],
    ['a wrong key', failure(401, 'unauthorized', ''), true],
    ['too much to do', failure(429, 'rate_limit_exceeded', ''), true],
    ['its own failure', failure(500, 'internal_error', ''), true],
    ["a gateway's failure", { status: 502, body: 'Bad Gateway', type: 'text/html' }, false],
    ['a broken connection', 'reset', false],
    ['no picture', { status: 200, json: { image, finish_reason: 'SUCCESS', seed: 7 } }, false],
  ])('%s', async (_name, reply, madeNothing) => {
    const generator = await answering(reply, { retryMs: [] });
    await expect(generator.generate(request)).rejects.toMatchObject({ code: 'generator_failed', madeNothing });
  });
});

describe('a run of several pictures at Stability AI of which some fail', () => {
  const tooMuch = failure(429, 'rate_limit_exceeded', 'slow down');

  test('gives those that were made, and says why there are fewer', async () => {
    const server = await start();
    server.script('/core', 'as usual', 'as usual', 'as usual', tooMuch);
    const made = await generatorAt(server, { retryMs: [] }).generate({ ...request, count: 4 });
    expect(made.images.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    expect(made.notices).toEqual([
      'Only 3 of 4 pictures could be made: Stability AI has too much to do. Try again in a while.',
    ]);
  });

  test('waits for those that were sent before', async () => {
    const server = await start();
    server.script('/core', failure(402, 'payment_required', ''), 'as usual', 'as usual');
    const lines: string[] = [];
    const log = pino({}, { write: (line) => lines.push(line) });
    const made = await generatorAt(server, { log }).generate({ ...request, count: 3 });
    expect(made.images).toHaveLength(2);
    expect(server.made()).toBe(2);
    expect(made.notices).toEqual([
      'Only 2 of 3 pictures could be made: Stability AI has no credits left for this bot.',
    ]);
    expect(lines.join('')).toContain('Buy some at');
  });

  test.each<[string, ImageServerReply, boolean]>([
    ['none, when all were turned away', tooMuch, true],
    ['one, when it broke off', 'reset', false],
    ['one, when it was withheld', { status: 200, json: { image: '', finish_reason: 'CONTENT_FILTERED' } }, false],
  ])('may have been charged for %s', async (_name, reply, madeNothing) => {
    const server = await start();
    server.script('/core', tooMuch, reply);
    await expect(generatorAt(server, { retryMs: [] }).generate({ ...request, count: 2 })).rejects.toMatchObject({
      code: 'generator_failed',
      madeNothing,
    });
  });
});

describe('the Stability AI generator', () => {
  test.each([
    ['core', 'core'],
    ['ultra', 'ultra'],
    ['sd3.5-medium', 'sd3'],
  ])('asks for %s at its endpoint %s', async (model, endpoint) => {
    const server = await start();
    const wide = { ...request, width: 1344, height: 768, negativePrompt: 'a dog' };
    const made = await generatorAt(server).generate({ ...wide, model });
    expect(made).toMatchObject({ model, images: [{ width: 1344, height: 768 }] });
    expect(server.calls).toMatchObject([
      { endpoint, fields: { prompt: 'a cat', negative_prompt: 'a dog', seed: '7', aspect_ratio: '16:9' } },
    ]);
  });

  test.each([
    ['sd3.5-large', 4.5, '4.5'],
    ['sd3.5-large', 20, '10'],
    ['core', 4.5, undefined],
  ])('sends and tells the guidance where the model takes one: %s, %d', async (model, guidance, sent) => {
    const server = await start();
    const made = await generatorAt(server, { model, guidance }).generate(request);
    expect(server.calls[0]?.fields['cfg_scale']).toBe(sent);
    expect(made.images[0]?.sampling?.guidance).toBe(sent === undefined ? undefined : Number(sent));
  });

  test('never sends a seed that means any or is too large, and reports those asked for', async () => {
    const server = await start();
    const made = await generatorAt(server).generate({ ...request, count: 3, seed: 2 ** 32 - 2 });
    expect(made.images.map(({ seed }) => seed)).toEqual([2 ** 32 - 2, 2 ** 32 - 1, 0]);
    const sent = server.calls.map(({ fields }) => Number(fields['seed']));
    expect(Math.min(...sent)).toBeGreaterThan(0);
    expect(Math.max(...sent)).toBeLessThanOrEqual(2 ** 32 - 2);
  });

  test('shows what the moderation let through, and says how many it withheld', async () => {
    const server = await start();
    const made = await generatorAt(server).generate({ ...request, prompt: 'a revealing cat', count: 3, seed: 8 });
    expect(made.images.map(({ seed }) => seed)).toEqual([8, 10]);
    expect(made.notices).toEqual(['The content moderation of Stability AI withheld 1 of 3 pictures.']);
  });

  test('is refused when the moderation withheld all, or refused the prompt, and does not ask again', async () => {
    const server = await start();
    const generator = generatorAt(server);
    await expect(generator.generate({ ...request, prompt: 'a revealing cat' })).rejects.toMatchObject({
      code: 'refused',
    });
    await expect(generator.generate({ ...request, prompt: 'forbidden' })).rejects.toMatchObject({ code: 'refused' });
    expect(server.calls).toHaveLength(2);
  });

  test.each([
    ['too many requests', failure(429, 'rate_limit_exceeded', 'slow down', { 'retry-after': '0' })],
    ['its own failure', failure(500, 'internal_error', 'oops')],
  ])('asks again after %s, which made nothing', async (_name, reply) => {
    const server = await start();
    server.script('/core', reply, reply);
    expect((await generatorAt(server).generate(request)).images).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
    expect(server.made()).toBe(1);
  });

  test.each<[string, ImageServerReply]>([
    ["a gateway's failure", { status: 502, body: 'Bad Gateway', type: 'text/html' }],
    ['a broken connection', 'reset'],
    ['an answer that is cut off', 'cut'],
    ['a wait longer than people bear', failure(429, 'rate_limit_exceeded', 'slow', { 'retry-after': '3600' })],
  ])('does not ask again after %s', async (_name, reply) => {
    const server = await start();
    server.script('/core', reply);
    await expect(generatorAt(server).generate(request)).rejects.toMatchObject({ code: 'generator_failed' });
    expect(server.requests).toHaveLength(1);
  });

  test('begins no further picture after one failed', async () => {
    const server = await start();
    const broke = failure(402, 'payment_required', 'You lack sufficient credits.');
    server.script('/core', broke, broke, broke);
    await expect(generatorAt(server).generate({ ...request, count: 4 })).rejects.toThrow(/credits/);
    expect(server.requests.length).toBeLessThanOrEqual(3);
    expect(server.made()).toBe(0);
  });

  test('says that English alone is read', async () => {
    const generator = await answering(failure(422, 'invalid_language', 'English is the only supported language.'));
    await expect(generator.generate(request)).rejects.toThrow(/Write the prompt in English/);
  });

  test('says when a prompt was cut, and when a model can not start from a picture', async () => {
    const server = await start();
    const generator = generatorAt(server, { model: 'ultra' });
    const long = await generator.generate({ ...request, prompt: 'cat '.repeat(4000) });
    expect(long.notices).toEqual(['Stability AI reads 10000 characters; the rest was left out.']);
    const source = { bytes: long.images[0]?.bytes ?? Buffer.alloc(0), strength: 0.5 };
    const plain = await generator.generate({ ...request, model: 'core', source });
    expect(plain.notices).toEqual(["The model core can't start from a picture, so it drew from the text alone."]);
    expect((await generator.generate({ ...request, source })).notices).toEqual([]);
    // Whoever calls looks at the limits of the usual model, and must not keep the picture from one that can.
    expect(generatorAt(server, { model: 'core' }).limits).toMatchObject({ hasSource: true });
  });
});
