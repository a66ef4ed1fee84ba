import type { types } from '@slack/bolt';
import type { Card, CardImage } from '../../../src/chat.ts';
import { isImageKey } from '../../../src/images/image-files.ts';
import { rankLabel } from '../../../src/rank-label.ts';
import { actionBlocks } from './actions.ts';
import { neighbourBlocks } from './neighbours.ts';
import { fillPictures, type Pictures } from './pictures.ts';
import { refinementBlocks } from './refinement.ts';
import { splitMessages } from './split.ts';
import { limits, plainSections, shorten, shortenEscaped } from './text.ts';

export interface CardPicture {
  /** Key in the image files. */
  key: string;
  alt: string;
}

/** One message as chat.postMessage takes it. */
export interface SlackMessage {
  /** For notifications and screen readers. */
  text: string;
  blocks: types.KnownBlock[];
}

/**
 * A card in Block Kit: as many messages as it takes, controls on the last. Which message says what does not depend on the
 * pictures, so that one that is tried again with fewer of them goes on where it failed.
 */
export function renderCard(card: Card, pictures: Pictures): SlackMessage[] {
  const warning = card.tone === 'error' ? '⚠️ ' : '';
  const blocks: types.KnownBlock[] = [
    ...plainSections(card.text === '' ? '' : `${warning}${card.text}`),
    ...neighbourBlocks(card.neighbours ?? []),
    ...(card.refinement ? refinementBlocks(card.refinement, card.neighbours ?? []) : []),
    ...plainSections(noticeOf(card)),
    ...shownIn(card.images).map((image) => imageBlock(image, card.images?.length ?? 0)),
    ...plainSections(withheld(card.images)),
    ...actionBlocks(card.actions),
  ];
  const text = shortenEscaped(summaryOf(card), limits.fallback);
  const whole = blocks.length > 0 ? blocks : plainSections('(nothing to show)');
  return splitMessages(whole).map((part) => {
    const shown = part.flatMap((block) => fillPictures(block, pictures));
    return { text, blocks: shown.length > 0 ? shown : plainSections('(pictures that can not be shown here)') };
  });
}

/** The pictures that a card shows: its own, and those of neighbours kept here. */
export function picturesOf(card: Card): CardPicture[] {
  const neighbours = shownIn(card.neighbours).flatMap(({ picture, prompt }) =>
    picture && isImageKey(picture) ? [{ key: picture, alt: prompt }] : [],
  );
  const all = [...neighbours, ...ownPicturesOf(card)];
  return [...new Map(all.map((picture) => [picture.key, picture])).values()];
}

export function ownPicturesOf({ images }: Card): CardPicture[] {
  return shownIn(images).map(({ key, alt }) => ({ key, alt }));
}

/** Slack has no age-restricted channels, so what is for adults stays out of it. */
function shownIn<Item extends { nsfw?: boolean | undefined }>(items: readonly Item[] = []): Item[] {
  return items.filter(({ nsfw }) => !nsfw);
}

function withheld(images: readonly CardImage[] = []): string {
  const count = images.length - shownIn(images).length;
  if (count === 0) return '';
  const pictures = count === 1 ? 'One picture is' : `${count} pictures are`;
  return `${pictures} withheld: marked as adult content, for which Slack has no age-restricted channels.`;
}

/** What went other than asked, unless the card says it already. */
function noticeOf({ text, refinement }: Card): string {
  const notice = refinement?.notice ?? '';
  return text.includes(notice) ? '' : notice;
}

function summaryOf({ text, refinement, images = [] }: Card): string {
  return text || refinement?.prompt || images[0]?.alt || 'Promptory';
}

function imageBlock(image: CardImage, of: number): types.ImageBlock {
  const { key, alt } = image;
  return {
    type: 'image',
    slack_file: { id: key },
    alt_text: shorten(alt || 'A generated picture', limits.altText),
    title: { type: 'plain_text', text: titleOf(image, of), emoji: false },
  };
}

function titleOf(image: CardImage, of: number): string {
  const { width, height, seed } = image;
  return [rankLabel(image, of), `${width} × ${height}`, `seed ${seed}`].filter(Boolean).join(', ');
}
