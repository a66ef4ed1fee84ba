import type { Card, NeighbourView, RefinementView } from '../src/chat.ts';
import type { PictureParameters } from '../src/images/parameters.ts';
import type { CarriedPrompt } from '../src/provenance.ts';
import type { Generation, StoredGeneration } from '../src/store/store.ts';

// Discord's limit for a custom id, the smallest of the platforms.
const longestActionId = 100;

/** Similar prompts, each with a control that runs it as it is. */
export function neighboursCard(neighbours: readonly NeighbourView[], text = 'Similar proven prompts'): Card {
  const uses = neighbours.map(({ id, source }, index) => ({
    id: `use:${source}:${id}`,
    label: `Use prompt ${index + 1}`,
    emoji: '📋',
  }));
  return {
    text: neighbours.length > 0 ? text : 'Nothing like it is known yet.',
    neighbours,
    actions: uses.filter(({ id }) => id.length <= longestActionId),
  };
}

/** The prompts that pictures name themselves, before what is only similar. */
export function carriedCard(carried: readonly CarriedPrompt[], similar: readonly NeighbourView[]): Card {
  const title = carried.length === 1 ? 'This picture carries its prompt' : 'These pictures carry their prompts';
  const details = carried.flatMap(({ parameters }) => carriedDetails(parameters));
  return neighboursCard([...carried.map(({ match }) => match), ...similar], [title, ...details].join('\n'));
}

function carriedDetails({ negativePrompt, seed, steps, sampler, guidance, model }: PictureParameters): string[] {
  const settings = [
    seed !== undefined && `seed ${seed}`,
    model && `model ${model}`,
    steps !== undefined && `${steps} steps`,
    sampler,
    guidance !== undefined && `guidance ${guidance}`,
  ].filter(Boolean);
  return [
    ...(negativePrompt ? [`Negative prompt: ${negativePrompt}`] : []),
    ...(settings.length > 0 ? [settings.join(' · ')] : []),
  ];
}

/** What was changed in a prompt and why, beside the neighbours that the changes come from. */
export function refinementCard(refinement: RefinementView, neighbours: readonly NeighbourView[]): Card {
  const isChanged = refinement.prompt !== refinement.original;
  const text = isChanged
    ? 'Similar proven prompts, and yours refined with them'
    : 'Similar proven prompts; yours stays as it is';
  return { ...neighboursCard(neighbours, text), refinement };
}

/** The pictures of a run, with every control of the loop. */
export function picturesCard(generation: Generation | StoredGeneration, notices: readonly string[] = []): Card {
  const { id, prompt, images, nsfw } = generation;
  return {
    text: [prompt, ...notices].join('\n'),
    images: images.map((image) => ({ ...image, alt: prompt, nsfw })),
    actions: [
      { id: `like:${id}`, label: 'Like', emoji: '👍' },
      { id: `dislike:${id}`, label: 'Dislike', emoji: '👎' },
      { id: `again:${id}`, label: 'Again', emoji: '🔁' },
      { id: `refine:${id}`, label: 'Refine', emoji: '✨' },
      { id: `restyle:${id}`, label: 'Restyle', emoji: '🎨' },
      { id: `similar:${id}`, label: 'Similar', emoji: '🔎' },
      {
        id: `edit:${id}`,
        label: 'Edit',
        emoji: '✏️',
        form: { label: 'Edit the prompt', value: prompt, maxLength: 4000 },
      },
      { id: `delete:${id}`, label: 'Delete', emoji: '🗑️' },
    ],
    generationId: id,
    parentId: generation.parent,
  };
}
