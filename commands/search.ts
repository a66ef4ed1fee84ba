import { defineCommand } from '../src/command.ts';
import { BotError } from '../src/errors.ts';
import { readImages } from '../src/images/image-files.ts';
import { neighboursCard } from './cards.ts';

const shown = 5;

/** `/search`: prompts like a text, or whose pictures look like the ones sent (reverse search). */
export const search = defineCommand({
  name: 'search',
  description: 'Find proven prompts by words, or by a picture',
  lane: 'quick',
  options: {
    text: { type: 'text', maxLength: 4000, isPrompt: true, description: 'Words to search for' },
    image: { type: 'image', description: 'A picture: which prompts made something like it?' },
  },
  async run(context, { text }) {
    const keys = context.attachments.map(({ key }) => key);
    const query = { scope: context.scope, limit: shown, signal: context.signal };
    if (!text && keys.length === 0) {
      throw new BotError('invalid_input', 'Say what to search for: /search a castle in the fog, or send a picture.');
    }
    const { pipeline, images } = context.services;
    const found = await context.step('search', async () => {
      if (keys.length === 0) return pipeline.search.byText(text ?? '', query);
      const pictures = await readImages(images, keys);
      return text ? pipeline.search.byTextAndImages(text, pictures, query) : pipeline.search.byImages(pictures, query);
    });
    const title = keys.length > 0 ? 'Prompts that made something like it' : 'Similar proven prompts';
    await context.post('found', neighboursCard(found, title));
  },
});
