import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createGenerator } from '../../src/generator/choose.ts';
import { GeneratorFault } from '../../src/generator/fault.ts';
import { imageConfigOf } from '../../src/image-settings.ts';
import { startFakeOpenAiImages } from '../fakes/openai-images.ts';

test('a backend that costs money is not asked, alone or in a pool, before whoever asks has heard of it', async () => {
  const server = await startFakeOpenAiImages();
  const beforePaying = async () => {
    throw new GeneratorFault('Paid for already.', { isOfRequest: true });
  };
  const request = { prompt: 'a cat', count: 1, seed: 7, width: 1024, height: 1024 };
  const drawBy = async (backends: string) => {
    const generator = await createGenerator(
      imageConfigOf({ IMAGE_BACKENDS: backends, IMAGE_TIMEOUT_S: 60 }, { apiKey: 'sk-test', baseUrl: server.baseUrl }),
      pino({ level: 'silent' }),
    );
    return generator.generate(request, { beforePaying });
  };
  try {
    await expect(drawBy('openai')).rejects.toThrow('Paid for already.');
    expect((await drawBy('openai weight=9; sketch')).generator).toBe('sketch');
    expect(server.requests).toEqual([]);
  } finally {
    await server.close();
  }
});
