import type { ActionHandler } from '../../src/command.ts';
import { neighboursCard } from '../cards.ts';
import { findGeneration } from '../find.ts';

const shown = 5;

/** 🔎 prompts like this one, by its words and its pictures. */
export const similar: ActionHandler = {
  name: 'similar',
  lane: 'quick',
  emoji: '🔎',
  reaction: 'given',
  async run(context, { target }) {
    const generation = await findGeneration(context, target);
    const { search } = context.services.pipeline;
    const found = await context.step('search', () =>
      search.similarTo(generation, { scope: context.scope, limit: shown, signal: context.signal }),
    );
    return { card: neighboursCard(found, 'Similar prompts') };
  },
};
