import type { ActionHandler } from '../../src/command.ts';

/** ✖️ stops one's own waiting or running job, and no other. */
export const cancel: ActionHandler = {
  name: 'cancel',
  lane: 'quick',
  emoji: '✖️',
  async run(context, { target }) {
    await context.services.cancelJob(target, context);
    return undefined;
  },
};
