import type { ActionHandler } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import { removePosts, withLeftBehind } from '../remove-posts.ts';

// A page of the history at a time, until none is left.
const pageSize = 50;

/** Removes everything the person made in this scope; its target is the asker's keyed hash, so nobody can press it for another. */
export const forgetAll: ActionHandler = {
  name: 'forget',
  lane: 'quick',
  emoji: '🗑️',
  async run(context, { target }) {
    if (target !== context.user) throw new BotError('forbidden', 'Only the person who asked can confirm this.');
    const { store, outbox, forget, forgetUploads, cancelAllOf } = context.services;
    // What still waits would make new ones.
    await cancelAllOf(context.user, { except: context.jobId });
    await outbox.settled();
    const left: string[] = [];
    let removed = 0;
    for (;;) {
      const page = await store.history(context.scope, context.user, { limit: pageSize });
      if (page.length === 0) break;
      for (const generation of page) {
        left.push(...(await removePosts(context, await store.postsOf(context.scope, generation.id))));
        await forget(generation);
      }
      removed += page.length;
      context.progress(`Deleted ${removed} of your runs`);
    }
    await forgetUploads(context.scope, { user: context.user });
    const text = withLeftBehind(`Deleted ${removed} of your runs here.`, left);
    return { card: { text, personal: true, actions: [] } };
  },
};
