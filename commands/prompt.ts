import { type Aspect, aspects } from '../src/aspect.ts';
import { defineCommand } from '../src/command.ts';
import { BotError } from '../src/errors.ts';
import { styles } from '../src/styles.ts';
import { runFlow } from './run.ts';

/** Pictures that the best is chosen of, unless told. */
const bestOf = 4;

/** `/prompt`: finds similar proven prompts, refines the text with them, and makes pictures. */
export const prompt = defineCommand({
  name: 'prompt',
  description: 'Make pictures from your words, refined with prompts that worked',
  lane: 'image',
  options: {
    text: {
      type: 'text',
      required: true,
      maxLength: 4000,
      suggests: true,
      isPrompt: true,
      description: 'What you want to see',
    },
    count: { type: 'integer', min: 1, max: 4, description: 'How many pictures (1)' },
    aspect: { type: 'choice', choices: aspects, description: 'Width to height (1:1)' },
    negative: { type: 'text', maxLength: 1000, isUnwanted: true, description: 'What must not be in the picture' },
    best: { type: 'flag', description: 'Make several (4), and show the one first that fits the words best' },
    seed: { type: 'integer', min: 0, max: 0xffff_ffff, description: 'The same seed and prompt give the same picture' },
    style: { type: 'choice', choices: styles.map(({ name }) => name), description: 'A style to add' },
    raw: { type: 'flag', description: 'Use the words exactly as they are' },
    image: { type: 'image', description: 'A picture to search by, along with the words' },
    use_as_source: { type: 'flag', description: 'Start from the picture, where the image backend can' },
    model: { type: 'text', maxLength: 200, suggests: true, description: 'The image model, where there are several' },
  },
  pictures: countOf,
  async run(context, { text, aspect, negative, seed, style, raw = false, use_as_source, model, best, ...asked }) {
    const count = countOf({ best, ...asked });
    if (best && count === 1) {
      throw new BotError(
        'invalid_input',
        'One picture leaves nothing to choose from: ask for 2 to 4, or without best.',
      );
    }
    const [picture] = context.attachments;
    if (use_as_source && !picture) {
      throw new BotError(
        'invalid_input',
        'There is no picture to start from: send one along, or ask without use_as_source.',
      );
    }
    return runFlow(context, {
      asked: text,
      text,
      negativePrompt: negative,
      count,
      best,
      size: (aspect ?? '1:1') as Aspect,
      seed,
      style,
      refine: raw ? 'none' : 'refine',
      inspiration: context.attachments.map(({ key }) => key),
      source: use_as_source ? picture?.key : undefined,
      model,
    });
  },
});

function countOf({ count, best }: { count?: number | undefined; best?: boolean | undefined }): number {
  return count ?? (best ? bestOf : 1);
}
