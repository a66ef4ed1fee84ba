import type { Card, CardImage, NeighbourView, RefinementView } from '../src/chat.ts';
import type { PictureParameters } from '../src/images/parameters.ts';
import type { CarriedPrompt } from '../src/provenance.ts';
import { rankLabel } from '../src/rank-label.ts';
import type { Made } from '../src/run.ts';
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
export function picturesCard(generation: Generation | StoredGeneration, { notices, ranked }: Made): Card {
  const { id, prompt } = generation;
  const images = imagesOf(generation, ranked);
  return {
    text: [prompt, ...(ranked ? [rankingLine(images)] : []), ...notices].join('\n'),
    images,
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

function imagesOf({ prompt, images, nsfw }: Generation | StoredGeneration, ranked: Made['ranked']): CardImage[] {
  return images.map((image, index) => {
    const place = ranked && { rank: index + 1, fit: ranked.fits?.[index] };
    const label = place && rankLabel(place, images.length);
    return { ...image, alt: label ? `${label}: ${prompt}` : prompt, nsfw, ...place };
  });
}

function rankingLine(images: readonly CardImage[]): string {
  const fits = images.flatMap(({ fit }) => (fit === undefined ? [] : `${Math.round(fit * 100)} %`));
  const by = fits.length > 0 ? `by how well each fits the prompt: ${fits.join(', ')}` : 'as far as this model can tell';
  return `Best of ${images.length} first, ${by}`;
}
