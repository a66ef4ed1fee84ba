import type { NeighbourView } from '../src/chat.ts';
import { defineCommand, type JobContext } from '../src/command.ts';
import { BotError } from '../src/errors.ts';
import { readImages } from '../src/images/image-files.ts';
import type { CarriedPrompt } from '../src/provenance.ts';
import { carriedCard, neighboursCard } from './cards.ts';

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
    if (!text && context.attachments.length === 0) {
      throw new BotError('invalid_input', 'Say what to search for: /search a castle in the fog, or send a picture.');
    }
    const carried = await context.step('carried', () => carriedBy(context));
    const found = await context.step('search', () => similarTo(context, text, carried));
    const title = context.attachments.length > 0 ? 'Prompts that made something like it' : 'Similar proven prompts';
    return { card: carried.length > 0 ? carriedCard(carried, found) : neighboursCard(found, title) };
  },
});

/** The prompts that the pictures themselves name. */
async function carriedBy({ attachments, scope, services }: JobContext): Promise<CarriedPrompt[]> {
  const named = await Promise.all(attachments.map(({ key }) => services.provenance.of(key, scope)));
  return named.flatMap((prompt) => prompt ?? []);
}

async function similarTo(
  { attachments, scope, signal, services }: JobContext,
  text: string | undefined,
  carried: readonly CarriedPrompt[],
): Promise<NeighbourView[]> {
  const { pipeline, images } = services;
  const query = {
    scope,
    limit: shown,
    exclude: carried.map(({ match }) => match.id),
    excludePrompt: carried[0]?.match.prompt,
    signal,
  };
  const pictures = await readImages(
    images,
    attachments.map(({ key }) => key),
  );
  if (pictures.length === 0) return pipeline.search.byText(text ?? '', query);
  return text ? pipeline.search.byTextAndImages(text, pictures, query) : pipeline.search.byImages(pictures, query);
}
