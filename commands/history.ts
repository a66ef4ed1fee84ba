import { defineCommand } from '../src/command.ts';
import { neighboursCard } from './cards.ts';

const shown = 10;

/** `/history`: the asker's own latest prompts here. */
export const history = defineCommand({
  name: 'history',
  description: 'Your latest prompts here',
  lane: 'quick',
  personal: true,
  options: {},
  async run(context) {
    const { store, outbox } = context.services;
    await outbox.settled();
    const generations = await store.history(context.scope, context.user, { limit: shown });
    const entries = generations.map(({ id, prompt, images, nsfw }) => ({
      id,
      prompt,
      source: 'own' as const,
      picture: images[0]?.key,
      nsfw,
    }));
    const card = neighboursCard(entries, 'Your latest prompts, newest first');
    const text =
      entries.length > 0 ? card.text : 'You have made nothing here yet. Try /prompt a cat sleeping on the sofa';
    return { card: { ...card, text, personal: true } };
  },
});
