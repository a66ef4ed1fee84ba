import type { types } from '@slack/bolt';
import type { NeighbourView } from '../../../src/chat.ts';
import { codeSections, limits, shorten } from './text.ts';

const origins = { own: ' · made here', corpus: '', picture: ' · from the picture itself' } as const;

/** Similar prompts: one section each, with its picture beside it. */
export function neighbourBlocks(neighbours: readonly NeighbourView[]): types.KnownBlock[] {
  return neighbours.flatMap((neighbour, index) => {
    const [first, ...rest] = codeSections(headingOf(neighbour, index), neighbour.prompt);
    if (!first) return [];
    const accessory = accessoryOf(neighbour);
    return [accessory ? { ...first, accessory } : first, ...rest];
  });
}

function headingOf({ similarity, source, alike, picture, nsfw }: NeighbourView, index: number): string {
  const likeness = similarity === undefined ? '' : ` ${Math.round(similarity * 100)} % similar`;
  const more = alike ? ` · and ${alike} like it` : '';
  const withheld = picture && nsfw ? ' · picture withheld (adult content)' : '';
  return `*${index + 1}.*${likeness}${origins[source]}${more}${withheld}`;
}

function accessoryOf({ prompt, picture, nsfw }: NeighbourView): types.ImageElement | undefined {
  if (picture === undefined || nsfw) return undefined;
  const alt_text = shorten(prompt || 'A similar picture', limits.altText);
  if (!/^https?:\/\//.test(picture)) return { type: 'image', slack_file: { id: picture }, alt_text };
  return picture.length <= limits.imageUrl ? { type: 'image', image_url: picture, alt_text } : undefined;
}
