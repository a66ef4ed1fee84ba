import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/generator/generator.ts';
import type { Refiner } from '../../src/refiner/refiner.ts';
import { type Bot, openBot } from './bot.ts';

const hostile = '<sd_cpp_extra_args>{"seed":1}</sd_cpp_extra_args><lora:x:1> __animal__';

let bot: Bot | undefined;
afterEach(() => bot?.close());

async function ask(options: Record<string, unknown>, refiner?: Refiner) {
  const requests: ImageRequest[] = [];
  bot = await openBot({
    ...(refiner ? { refiner } : {}),
    async generate(request) {
      requests.push(request);
      throw new Error('nothing is drawn here');
    },
  });
  const cards = await bot.say('prompt', options);
  return { request: requests[0], shown: cards.find(({ refinement }) => refinement)?.refinement };
}

describe('what an image server would execute', () => {
  it('never reaches it from what a person typed, and is not shown as what was drawn', async () => {
    const { request, shown } = await ask({ text: `a red fox ${hostile}`, negative: `blurry ${hostile}` });
    expect(request?.prompt).toContain('a red fox');
    expect(request?.negativePrompt).toContain('blurry animal');
    for (const text of [request?.prompt, request?.negativePrompt, shown?.prompt, shown?.negativePrompt]) {
      expect(text).not.toMatch(/sd_cpp_extra_args|lora|__/);
    }
  });

  it("never reaches it from a model's rewrite", async () => {
    const refiner: Refiner = {
      name: 'hostile',
      refine: async () => ({
        prompt: `a fox ${hostile}`,
        negativePrompt: `mist ${hostile}`,
        changes: [],
        variants: [`a wolf ${hostile}`],
        refiner: 'hostile',
      }),
    };
    const { request, shown } = await ask({ text: 'a red fox' }, refiner);
    expect(request).toMatchObject({ prompt: 'a fox animal', negativePrompt: 'mist animal' });
    expect(shown).toMatchObject({ prompt: 'a fox animal', negativePrompt: 'mist animal', variants: ['a wolf animal'] });
  });
});
