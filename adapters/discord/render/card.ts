import type { APIEmbed } from 'discord.js';
import type { Card, CardImage, NeighbourView } from '../../../src/chat.ts';
import { type ImageFiles, isImageKey } from '../../../src/images/image-files.ts';
import type { OutgoingFile, OutgoingMessage } from '../outgoing.ts';
import { buttonRows } from './buttons.ts';
import { chunks } from './chunks.ts';
import { neighbourEmbed, packEmbeds, refinementEmbeds } from './embeds.ts';
import { cut, escapeInPieces, oneLine } from './markdown.ts';
import { fitPicture, thumbnail } from './pictures.ts';

const longestContent = 2000;
// Room for the mark of an error or a notice.
const longestPiece = longestContent - 10;
const filesPerMessage = 10;
const longestAlt = 1024;

export interface RenderContext {
  images: Pick<ImageFiles, 'get'>;
  /** Bytes a file may have here. */
  maxFileBytes: number;
  /** True in age-restricted channels. */
  adult: boolean;
  /** The number under which a neighbour was shown here. */
  numberOf(neighbour: string): number | undefined;
}

/** A card as Discord messages within all limits; the last one carries the controls. */
export async function renderCard(card: Card, context: RenderContext): Promise<OutgoingMessage[]> {
  const messages: OutgoingMessage[] = contents(withNotice(card, context)).map((content) => ({ content }));
  const { embeds, files } = await embedsOf(card, context);
  for (const [index, group] of packEmbeds(embeds).entries()) {
    const content = index === 0 ? messages.pop()?.content : undefined;
    messages.push({ content, embeds: group, files: group.flatMap((embed) => files.get(embed) ?? []) });
  }
  const pictures = await picturesOf(card.images ?? [], context);
  const room = filesPerMessage - (messages.at(-1)?.files?.length ?? 0);
  if (pictures.length > 0 && pictures.length <= room) {
    const last = messages.pop();
    messages.push({ ...last, files: [...(last?.files ?? []), ...pictures] });
  } else {
    messages.push(...chunks(pictures, filesPerMessage).map((files) => ({ files })));
  }
  if (messages.length === 0) messages.push({ content: '…' });
  for (const [index, components] of buttonRows(card.actions).entries()) {
    messages.push(index === 0 ? { ...messages.pop(), components } : { content: '…', components });
  }
  return messages;
}

/** True when a part of the card may be shown in age-restricted channels only. */
export function hasAdultParts({ neighbours = [], images = [] }: Card): boolean {
  return [...neighbours, ...images].some(({ nsfw }) => nsfw);
}

const isHidden = ({ nsfw }: { nsfw?: boolean | undefined }, { adult }: RenderContext) => nsfw === true && !adult;

/** Says what is left out, and where to find it. */
function withNotice(card: Card, context: RenderContext): Card {
  const count = (parts: readonly { nsfw?: boolean | undefined }[], what: string) => {
    const hidden = parts.filter((part) => isHidden(part, context)).length;
    return hidden === 0 ? [] : [`${hidden} ${what}${hidden === 1 ? '' : 's'}`];
  };
  const parts = [...count(card.images ?? [], 'picture'), ...count(card.neighbours ?? [], 'similar prompt')];
  if (parts.length === 0) return card;
  const notice = `Not shown here, because marked as adult: ${parts.join(' and ')}. Ask again in an age-restricted channel to see all.`;
  return { ...card, text: [card.text, notice].filter(Boolean).join('\n\n') };
}

function contents({ text, tone }: Card): string[] {
  const mark = { error: '⚠️ ', notice: 'ℹ️ ' };
  return escapeInPieces(text, longestPiece).map((piece, index) =>
    tone && index === 0 ? `${mark[tone]}${piece}` : piece,
  );
}

async function embedsOf({ text, neighbours = [], refinement }: Card, context: RenderContext) {
  const files = new Map<APIEmbed, OutgoingFile>();
  const embeds: APIEmbed[] = [];
  for (const [index, neighbour] of neighbours.entries()) {
    // The numbers are those of the whole list, which later messages refer to.
    if (isHidden(neighbour, context)) continue;
    const file = await thumbnailOf(neighbour, index + 1, context.images);
    const link = file ? `attachment://${file.name}` : webAddress(neighbour.picture);
    const embed = neighbourEmbed(neighbour, index + 1, link);
    embeds.push(embed);
    if (file) files.set(embed, file);
  }
  if (refinement) {
    const notice = refinement.notice && !text.includes(refinement.notice) ? refinement.notice : undefined;
    embeds.push(...refinementEmbeds({ ...refinement, notice }, numberIn(neighbours, context)));
  }
  return { embeds, files };
}

/** Neighbours of the same card are meant first, then those shown before. */
function numberIn(neighbours: readonly NeighbourView[], { numberOf }: RenderContext) {
  return (id: string) => {
    const index = neighbours.findIndex((neighbour) => neighbour.id === id);
    return index < 0 ? numberOf(id) : index + 1;
  };
}

/** A picture kept here has no public address, so it goes along with the message. */
async function thumbnailOf(
  { picture }: NeighbourView,
  number: number,
  images: Pick<ImageFiles, 'get'>,
): Promise<OutgoingFile | undefined> {
  const bytes = picture && isImageKey(picture) ? await images.get(picture) : undefined;
  return bytes && { name: `prompt-${number}.webp`, bytes: await thumbnail(bytes) };
}

function webAddress(picture: string | undefined): string | undefined {
  return picture && URL.canParse(picture) && /^https?:$/.test(new URL(picture).protocol) ? picture : undefined;
}

async function picturesOf(images: readonly CardImage[], context: RenderContext): Promise<OutgoingFile[]> {
  const found = await Promise.all(
    images.map(async ({ key, alt, nsfw }, index) => {
      const bytes = isHidden({ nsfw }, context) ? undefined : await context.images.get(key);
      if (!bytes) return [];
      const fitted = await fitPicture(bytes, context.maxFileBytes);
      const name = `${slug(alt)}-${index + 1}-${key.slice(0, 8)}.${fitted.extension}`;
      return [{ name, bytes: fitted.bytes, description: cut(oneLine(alt, longestAlt), longestAlt) }];
    }),
  );
  return found.flat();
}

/** A file name that Discord keeps as it is. */
function slug(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, 40).replace(/-$/, '') || 'picture';
}
