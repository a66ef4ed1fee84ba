import type { ActionHandler } from '../../src/command.ts';
import { findGeneration } from '../find.ts';
import { derivedFrom, runFlow } from '../run.ts';

/** ✨ refines the prompt once more, with what people here have liked since. */
export const refine: ActionHandler = {
  name: 'refine',
  lane: 'image',
  emoji: '✨',
  reaction: 'given',
  async run(context, { target }) {
    const parent = await findGeneration(context, target);
    return runFlow(context, { ...derivedFrom(parent), style: parent.style || undefined, refine: 'refine' });
  },
};
