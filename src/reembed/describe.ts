import path from 'node:path';
import { isOfFolder } from '../embedder/model-name.ts';
import { countReasons, totalOf } from '../importer/counts.ts';
import type { ReembedOutcome } from './run.ts';

interface Described {
  /** The model, as the database names it now. */
  name: string;
  /** The same, as it was asked for. */
  model: string;
  keep: boolean;
  /** CLIP_MODEL of the program that did the move. */
  clipModel: string | undefined;
}

/** What a move came to and what is left to do, in plain lines. */
export function describeOutcome({ dead }: ReembedOutcome, { name, model, keep, clipModel }: Described): string[] {
  const reasons = countReasons(dead);
  // Without a setting the database tells which model to take, but not where a folder is.
  const isSettled = clipModel === undefined ? !isOfFolder(name) : path.resolve(clipModel) === path.resolve(model);
  return [
    `Done: the vectors of this database are of ${name} now.`,
    ...Object.entries(reasons).map(([reason, count]) => `  without picture: ${count} x ${reason}`),
    ...(totalOf(reasons) > 0
      ? [
          'Their prompts are found by words and meaning; `npm run import -- FILE --images` tries the pictures of a file again.',
        ]
      : []),
    ...(keep
      ? ['The old tables are kept; DROP TABLE generations_before, prompts_before, prompt_images_before when you like.']
      : []),
    ...(isSettled ? [] : [`Set CLIP_MODEL=${model} before the next start.`]),
    "Bots that run on this database go on with the new model; one of another machine that can't load it stops and says so.",
  ];
}
