import type { ActionHandler } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import { findGeneration } from '../find.ts';
import { removePosts, withLeftBehind } from '../remove-posts.ts';

/** 🗑️ removes one's own run: its messages, pictures, reactions, and itself from every later search. */
export const deleteOwn: ActionHandler = {
  name: 'delete',
  lane: 'quick',
  emoji: '🗑️',
  reaction: 'given',
  async run(context, { target }) {
    const { store, forget } = context.services;
    const generation = await context.step('generation', () => findGeneration(context, target));
    if (generation.user !== context.user && !context.moderator) {
      throw new BotError('forbidden', 'Only the person who made these pictures can delete them.');
    }
    const posts = await context.step('posts', () => store.postsOf(context.scope, generation.id));
    await forget(generation);
    const left = await removePosts(context, posts);
    return { card: { text: withLeftBehind('Deleted.', left), personal: true, actions: [] } };
  },
};
