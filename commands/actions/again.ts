import type { ActionHandler } from '../../src/command.ts';
import { findGeneration } from '../find.ts';
import { derivedFrom, runFlow } from '../run.ts';

/** 🔁 the same prompt with a new seed. */
export const again: ActionHandler = {
  name: 'again',
  lane: 'image',
  emoji: '🔁',
  reaction: 'given',
  async run(context, { target }) {
    const parent = await findGeneration(context, target);
    return runFlow(context, { ...derivedFrom(parent), style: parent.style || undefined });
  },
};
