import type { types } from '@slack/bolt';
import type { NeighbourView } from '../../../src/chat.ts';
import type { Pictures } from './pictures.ts';
import { codeSections, limits, shorten } from './text.ts';

const origins = { own: ' · made here', corpus: '', picture: ' · from the picture itself' } as const;

/** Similar prompts: one section each, with its picture beside it. */
export function neighbourBlocks(neighbours: readonly NeighbourView[], pictures: Pictures): types.KnownBlock[] {
  return neighbours.flatMap((neighbour, index) => {
    const [first, ...rest] = codeSections(headingOf(neighbour, index), neighbour.prompt);
    if (!first) return [];
    const accessory = accessoryOf(neighbour, pictures);
    return [accessory ? { ...first, accessory } : first, ...rest];
  });
}

function headingOf({ similarity, source, alike, picture, nsfw }: NeighbourView, index: number): string {
  const likeness = similarity === undefined ? '' : ` ${Math.round(similarity * 100)} % similar`;
  const more = alike ? ` · and ${alike} like it` : '';
  const withheld = picture && nsfw ? ' · picture withheld (adult content)' : '';
  return `*${index + 1}.*${likeness}${origins[source]}${more}${withheld}`;
}

function accessoryOf(neighbour: NeighbourView, { files, web }: Pictures): types.ImageElement | undefined {
  const { prompt, picture, nsfw } = neighbour;
  if (picture === undefined || nsfw) return undefined;
  const alt_text = shorten(prompt || 'A similar picture', limits.altText);
  const file = files.get(picture);
  if (file) return { type: 'image', slack_file: { id: file }, alt_text };
  const isAddress = /^https?:\/\//.test(picture) && picture.length <= limits.imageUrl;
  return web && isAddress ? { type: 'image', image_url: picture, alt_text } : undefined;
}
