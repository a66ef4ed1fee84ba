import type { ActionHandler, Answer, JobContext } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import { findGeneration } from '../find.ts';
import { derivedFrom, runFlow } from '../run.ts';

const uses = new Map([
  ['own', useOwn],
  ['picture', useCarried],
]);

/** 📋 runs a found prompt as it is; its target is `<source>:<id>`. */
export const use: ActionHandler = {
  name: 'use',
  lane: 'image',
  emoji: '📋',
  async run(context, { target }) {
    const separator = target.indexOf(':');
    const id = target.slice(separator + 1);
    return (uses.get(target.slice(0, separator)) ?? useCorpus)(context, id);
  },
};

async function useOwn(context: JobContext, id: string): Promise<Answer> {
  return runFlow(context, derivedFrom(await findGeneration(context, id)));
}

/** The prompt that a kept picture names itself; its size is a stranger's, and no generator's promise. */
async function useCarried(context: JobContext, key: string): Promise<Answer> {
  const carried = await context.services.provenance.of(key, context.scope);
  if (!carried) throw new BotError('not_found', 'This picture is no longer kept here. Send it again.');
  const { prompt, negativePrompt } = carried.parameters;
  return runFlow(context, { asked: prompt, text: prompt, negativePrompt, count: 1, size: '1:1', refine: 'none' });
}

async function useCorpus(context: JobContext, id: string): Promise<Answer> {
  const found = await context.services.store.findCorpusPrompt(id);
  if (!found) throw new BotError('not_found', 'This prompt is no longer in the database. Search again.');
  return runFlow(context, { asked: found.prompt, text: found.prompt, count: 1, size: '1:1', refine: 'none' });
}
