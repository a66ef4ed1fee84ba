import { defineCommand } from '../src/command.ts';

/** `/forget`: asks first, since it removes everything the asker made here. */
export const forget = defineCommand({
  name: 'forget',
  description: 'Delete everything you made here',
  lane: 'quick',
  personal: true,
  options: {},
  async run(context) {
    return {
      card: {
        text: 'Delete all prompts and pictures of yours in this place? This can not be undone.',
        personal: true,
        actions: [{ id: `forget:${context.user}`, label: 'Delete everything of mine', emoji: '🗑️' }],
      },
    };
  },
});
