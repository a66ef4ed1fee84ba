import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BotError, isAbort } from '../../src/errors.ts';
import { requestFor } from '../contract/refiner.ts';
import type { Reply } from '../fakes/openai.ts';
import { type Asking, answer, apiKey, noWait, startAsking } from './asking-openai.ts';

let asking: Asking;
beforeEach(async () => {
  asking = await startAsking();
});
afterEach(() => asking.server.close());

describe('the openai refiner falls back to the neighbours', () => {
  const status = (code: number, error = {}): Reply => ({ kind: 'status', status: code, headers: noWait, error });
  test.each<[string, Reply[], string, string, number]>([
    [
      'on a refused key',
      [status(401, { message: `bad key ${apiKey}` })],
      "can't be reached",
      'check OPENAI_API_KEY',
      1,
    ],
    ['on a forbidden key', [status(403)], "can't be reached", 'check OPENAI_API_KEY', 1],
    ['on an unknown model', [status(404)], "can't be reached", 'check OPENAI_MODEL', 1],
    ['on a spent quota', [status(429), status(429), status(429)], "can't be reached", 'rate limit or quota', 3],
    [
      'on a failing server',
      [status(500), status(502), status(503)],
      "can't be reached",
      'The language model failed',
      3,
    ],
    ['on a refusal', [{ kind: 'refusal', refusal: 'I can not' }], 'declined', 'declined', 1],
    [
      'on filtered content',
      [{ kind: 'answer', content: '', finishReason: 'content_filter' }],
      'declined',
      'declined',
      1,
    ],
    ['on a policy error', [status(400, { code: 'content_policy_violation' })], 'declined', 'declined', 1],
    ['on two bad requests', [status(400), status(400)], "can't be reached", 'The language model failed', 2],
    ['on two unusable answers', [answer({}), answer({})], 'no usable answer', 'OPENAI_MODEL', 2],
    [
      'on two broken bodies',
      [
        { kind: 'cut', body: '{"ch' },
        { kind: 'cut', body: '{"ch' },
      ],
      'no usable answer',
      'twice',
      2,
    ],
  ])('%s', async (_, replies, notice, hint, requests) => {
    asking.server.script(...replies);
    const refinement = await asking.refiner().refine(requestFor('a cat sleeping on the sofa'));
    expect(refinement.refiner).toBe('neighbours');
    expect(refinement.prompt).toContain('a cat sleeping on the sofa, ');
    expect(refinement.notice).toContain(notice);
    expect(refinement.notice).not.toMatch(/OPENAI|sk-/);
    expect(asking.logged.join('')).toContain(hint);
    expect(asking.logged.join('')).not.toContain(apiKey);
    expect(asking.server.requests).toHaveLength(requests);
  });

  test.each([400, 401, 404, 429, 500])('and logs nothing of a prompt that an error repeats: %i', async (code) => {
    const prompt = 'a very private cat';
    asking.server.always(status(code, { message: `${prompt}, ${apiKey}`, code: prompt, type: prompt, param: prompt }));
    const refinement = await asking.refiner().refine(requestFor(prompt));
    expect(refinement.refiner).toBe('neighbours');
    expect(asking.logged).toHaveLength(1);
    expect(asking.logged.join('')).not.toContain(prompt);
    expect(refinement.notice).not.toContain(prompt);
  });

  test('and logs nothing of a prompt that an unusable answer repeats', async () => {
    const prompt = 'a very private cat';
    asking.server.always(answer({ prompt: [prompt], changes: [{ kind: prompt }], [prompt]: prompt }));
    await asking.refiner().refine(requestFor(prompt));
    expect(asking.logged).toHaveLength(1);
    expect(asking.logged.join('')).not.toContain(prompt);
  });

  test('when nothing listens', async () => {
    const { baseUrl } = asking.server;
    await asking.server.close();
    const refinement = await asking.refiner({ baseUrl }).refine(requestFor('a cat'));
    expect(refinement.notice).toContain("can't be reached");
    expect(asking.logged.join('')).toContain('check OPENAI_BASE_URL');
    asking = await startAsking();
  });

  test.each<[string, Reply]>([
    ['when the server hangs', { kind: 'hang' }],
    ['when the server asks to wait an hour', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }],
  ])('%s', async (_, reply) => {
    asking.server.always(reply);
    const refinement = await asking.refiner({ timeoutMs: 100 }).refine(requestFor('a cat'));
    expect(refinement.notice).toContain("can't be reached");
    expect(asking.logged.join('')).toContain('took too long');
  });

  test('when the prompt is longer than a model is trusted with', async () => {
    const text = 'x'.repeat(4001);
    const refinement = await asking.refiner().refine(requestFor(text));
    expect(refinement.prompt).toBe(text);
    expect(refinement.notice).toContain('too long for the language model');
    expect(asking.server.requests).toHaveLength(0);
  });
});

describe('an abort of the openai refiner', () => {
  test.each<[string, Reply]>([
    ['while the server hangs', { kind: 'hang' }],
    ['while waiting to retry', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }],
  ])('%s is passed on, without a fallback', async (_, reply) => {
    asking.server.always(reply);
    const controller = new AbortController();
    const work = asking.refiner().refine(requestFor('a cat'), { signal: controller.signal });
    while (asking.server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new BotError('cancelled', 'Cancelled.'));
    const error = await work.catch((reason: unknown) => reason);
    expect(isAbort(error)).toBe(true);
    expect(asking.logged).toEqual([]);
  });
});
