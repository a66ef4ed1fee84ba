import type { Card } from '../chat.ts';
import type { AdultPlace } from './adult-policy.ts';

/** A card as its place may show it: where adult content may be shown its marks go; elsewhere they stay, and adapters withhold what is marked. */
export async function asShownTo(adultPlace: () => Promise<AdultPlace>, card: Card): Promise<Card> {
  const { neighbours = [], images = [] } = card;
  if (![...neighbours, ...images].some(({ nsfw }) => nsfw) || !(await adultPlace()).isFor) return card;
  return { ...card, neighbours: card.neighbours?.map(unmarked), images: card.images?.map(unmarked) };
}

export function unmarked<Item extends { nsfw?: boolean | undefined }>({ nsfw: _, ...item }: Item) {
  return item;
}
