import type { ActionHandler } from '../../src/command.ts';
import { findGeneration } from '../find.ts';
import { derivedFrom, runFlow } from '../run.ts';

/** 🎨 keeps the subject and takes another style from the neighbours. */
export const restyle: ActionHandler = {
  name: 'restyle',
  lane: 'image',
  emoji: '🎨',
  reaction: 'given',
  async run(context, { target }) {
    return runFlow(context, { ...derivedFrom(await findGeneration(context, target)), refine: 'restyle' });
  },
};
