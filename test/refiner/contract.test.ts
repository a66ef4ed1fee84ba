import { createLog } from '../../src/log.ts';
import { createNeighboursRefiner } from '../../src/refiner/neighbours.ts';
import { createOpenAiRefiner } from '../../src/refiner/openai.ts';
import { describeRefiner } from '../contract/refiner.ts';
import { type ChatRequest, startFakeOpenAi } from '../fakes/openai.ts';

describeRefiner('neighbours', async () => ({ refiner: createNeighboursRefiner(), stop: async () => {} }));

describeRefiner('openai', async () => {
  const server = await startFakeOpenAi();
  server.always({ kind: 'answer', content: refineAsAsked });
  const refiner = createOpenAiRefiner({
    apiKey: 'sk-test',
    baseUrl: server.baseUrl,
    model: 'test-model',
    log: createLog('silent'),
    fallback: createNeighboursRefiner(),
  });
  return { refiner, stop: server.close };
});

/** A model that adds one thing of the first neighbour. */
function refineAsAsked({ body }: ChatRequest): string {
  const block = /<data>\n(.*)\n<\/data>/.exec(body.messages[1]?.content ?? '')?.[1] ?? '{}';
  const data: { text: string; neighbours: unknown[] } = JSON.parse(block);
  const isAlone = data.neighbours.length === 0;
  return JSON.stringify({
    prompt: `${data.text}, soft light`,
    negative_prompt: null,
    changes: [{ kind: 'added', text: 'soft light', reason: 'most have it', neighbour: isAlone ? null : 'n1' }],
    variants: [`${data.text}, hard light`],
  });
}
