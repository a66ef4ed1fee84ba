import type { Card } from '../chat.ts';
import { type AdultPlace, noPlace } from './adult-policy.ts';

/**
 * A card as its place may show it: where adult content may be shown its marks go; elsewhere they stay, and adapters
 * withhold what is marked, as far as the platform has no place for it; where nobody may see it, it is left out.
 */
export async function asShownTo(adultPlace: () => Promise<AdultPlace>, card: Card): Promise<Card> {
  const { neighbours = [], images = [] } = card;
  if (![...neighbours, ...images].some(({ nsfw }) => nsfw)) return card;
  const place = await adultPlace();
  if (place === noPlace) return withoutMarked(card);
  if (!place.isFor) return card;
  return { ...card, neighbours: card.neighbours?.map(unmarked), images: card.images?.map(unmarked) };
}

function withoutMarked(card: Card): Card {
  const neighbours = card.neighbours?.map((neighbour) =>
    neighbour.nsfw ? { ...neighbour, picture: undefined } : neighbour,
  );
  return { ...card, neighbours, images: card.images?.filter(({ nsfw }) => !nsfw) };
}

export function unmarked<Item extends { nsfw?: boolean | undefined }>({ nsfw: _, ...item }: Item) {
  return item;
}
