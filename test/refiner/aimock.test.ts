import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createNeighboursRefiner } from '../../src/refiner/neighbours.ts';
import { createOpenAiRefiner } from '../../src/refiner/openai.ts';
import { requestFor } from '../contract/refiner.ts';

// An OpenAI server that others wrote: our own fake could share a misunderstanding with the code under test.
let server: LLMock;
beforeEach(async () => {
  server = await LLMock.create({ port: 0 });
});
afterEach(() => server.stop());

const good = {
  prompt: 'a cat, soft light',
  negative_prompt: null,
  changes: [{ kind: 'added', text: 'soft light', reason: 'three neighbours have it', neighbour: 'n1' }],
  variants: [],
};

function refine() {
  const refiner = createOpenAiRefiner({
    apiKey: 'sk-test',
    baseUrl: `${server.url}/v1`,
    model: 'gpt-4.1',
    log: createLog('silent'),
    fallback: createNeighboursRefiner(),
  });
  return refiner.refine(requestFor('a cat'));
}

test('an answer in structured output is understood', async () => {
  server.on({ responseFormat: 'json_schema' }, { content: JSON.stringify(good) });
  expect(await refine()).toMatchObject({
    prompt: 'a cat, soft light',
    changes: [{ text: 'soft light', neighbourId: 'n1' }],
    refiner: 'openai:gpt-4.1',
  });
});

test('an unusable answer is asked for again', async () => {
  server.on({ sequenceIndex: 0 }, { content: 'A lovely cat.' });
  server.on({ userMessage: /could not be used/ }, { content: JSON.stringify(good) });
  expect((await refine()).refiner).toBe('openai:gpt-4.1');
  expect(server.getRequests()).toHaveLength(2);
});

test('a rate limit that passes is waited for', async () => {
  server.on({}, { content: JSON.stringify(good) });
  server.nextRequestError(429, { message: 'slow down', type: 'rate_limit_error' });
  expect((await refine()).refiner).toBe('openai:gpt-4.1');
});

test.each([
  [401, "can't be reached"],
  [404, "can't be reached"],
])('status %i makes the neighbours refine', async (status, notice) => {
  server.nextRequestError(status, { message: 'no', type: 'invalid_request_error' });
  const refinement = await refine();
  expect(refinement.refiner).toBe('neighbours');
  expect(refinement.notice).toContain(notice);
});

test('malformed bodies make the neighbours refine', async () => {
  server.on({}, { content: JSON.stringify(good) });
  server.setChaos({ malformedRate: 1 });
  expect(await refine()).toMatchObject({ refiner: 'neighbours', notice: expect.stringContaining('no usable answer') });
});

test('dropped connections make the neighbours refine', async () => {
  server.on({}, { content: JSON.stringify(good) });
  server.setChaos({ disconnectRate: 1 });
  expect(await refine()).toMatchObject({ refiner: 'neighbours', notice: expect.stringContaining("can't be reached") });
});
