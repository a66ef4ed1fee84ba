import type { ActionHandler, JobContext } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import { findGeneration } from '../find.ts';
import { derivedFrom, runFlow } from '../run.ts';

/** 📋 runs a found prompt as it is; its target is `<source>:<id>`. */
export const use: ActionHandler = {
  name: 'use',
  lane: 'image',
  emoji: '📋',
  async run(context, { target }) {
    const separator = target.indexOf(':');
    const id = target.slice(separator + 1);
    await (target.slice(0, separator) === 'own' ? useOwn(context, id) : useCorpus(context, id));
  },
};

async function useOwn(context: JobContext, id: string) {
  await runFlow(context, derivedFrom(await findGeneration(context, id)));
}

async function useCorpus(context: JobContext, id: string) {
  const found = await context.services.store.findCorpusPrompt(id);
  if (!found) throw new BotError('not_found', 'This prompt is no longer in the database. Search again.');
  await runFlow(context, { asked: found.prompt, text: found.prompt, count: 1, size: '1:1', refine: 'none' });
}
