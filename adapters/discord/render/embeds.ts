import type { APIEmbed } from 'discord.js';
import type { NeighbourView, RefinementView } from '../../../src/chat.ts';
import type { Change } from '../../../src/store/store.ts';
import { chunks } from './chunks.ts';
import { escapeCut, escapeInPieces, escapeText } from './markdown.ts';

const perMessage = 10;
// Discord counts 6,000 characters over all embeds of a message; the rest is for what it may count differently.
const charactersPerMessage = 5800;
const longestNeighbour = 400;
const longestDescription = 3500;
const longestField = 1000;
const longestLink = 2048;
const neighbourColour = 0x5865f2;
const refinementColour = 0x57f287;

const origins = { own: 'made here', corpus: 'from the collection', picture: 'from the picture itself' } as const;

/** A similar prompt. `thumbnail` is a web address, or `attachment://` of a file that goes along. */
export function neighbourEmbed(neighbour: NeighbourView, number: number, thumbnail: string | undefined): APIEmbed {
  const { prompt, similarity, source, alike } = neighbour;
  const likeness = similarity === undefined ? [] : [`${Math.round(similarity * 100)} % alike`];
  const more = alike ? [`and ${alike} like it`] : [];
  const facts = [...likeness, origins[source], ...more];
  return {
    title: `Prompt ${number}`,
    description: escapeCut(prompt, longestNeighbour),
    footer: { text: facts.join(' · ') },
    color: neighbourColour,
    ...(thumbnail && thumbnail.length <= longestLink ? { thumbnail: { url: thumbnail } } : {}),
  };
}

/** What a refinement made of a prompt: the result, what came and went and from where. As many embeds as its length needs. */
export function refinementEmbeds(
  refinement: RefinementView,
  numberOf: (neighbour: string) => number | undefined,
): APIEmbed[] {
  const { original, prompt, negativePrompt, changes, variants, refiner, notice } = refinement;
  const sections: [title: string, lines: string[]][] = [
    ['Changes', changes.map((change) => changeLine(change, numberOf))],
    ['Not in the picture', negativePrompt ? escapeInPieces(negativePrompt, longestField) : []],
    ['Also worth trying', variants.map((variant) => `• ${escapeCut(variant, longestField - 2)}`)],
    ['Note', notice ? escapeInPieces(notice, longestField) : []],
    ['Your words', prompt === original ? [] : escapeInPieces(original, longestField)],
  ];
  const texts = escapeInPieces(prompt, longestDescription);
  const heads = texts.map((description): APIEmbed => ({ description, color: refinementColour }));
  const fields = sections.flatMap(([name, lines]) => packLines(lines).map((value) => ({ name, value })));
  // Each field may fill a sixth of a message: five to an embed leave every embed below the limit.
  const details = chunks(fields, 5).map((group): APIEmbed => ({ fields: group, color: refinementColour }));
  const footed = details.at(-1) ?? heads.at(-1);
  if (footed) footed.footer = { text: escapeCut(`Refined by ${refiner}`, 200) };
  return merge(heads, details);
}

/** Groups embeds into messages within Discord's limits. */
export function packEmbeds(embeds: readonly APIEmbed[]): APIEmbed[][] {
  const messages: APIEmbed[][] = [];
  let characters = 0;
  for (const embed of embeds) {
    const current = messages.at(-1);
    const length = lengthOf(embed);
    if (current && current.length < perMessage && characters + length <= charactersPerMessage) {
      current.push(embed);
      characters += length;
    } else {
      messages.push([embed]);
      characters = length;
    }
  }
  return messages;
}

function changeLine({ kind, text, reason, neighbourId }: Change, numberOf: (id: string) => number | undefined): string {
  const number = neighbourId === undefined ? undefined : numberOf(neighbourId);
  const from = number === undefined ? '' : ` (from prompt ${number})`;
  const what = escapeCut(text, 300);
  const shown = kind === 'added' ? `➕ **${what}**` : `➖ ~~${what}~~`;
  return `${shown} ${escapeCut(reason, 400)}${escapeText(from)}`;
}

/** Lines joined into field values. */
function packLines(lines: readonly string[]): string[] {
  const values: string[] = [];
  for (const line of lines) {
    const last = values.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= longestField)
      values[values.length - 1] = `${last}\n${line}`;
    else values.push(line);
  }
  return values;
}

/** The usual short refinement is one embed. */
function merge(heads: readonly APIEmbed[], details: readonly APIEmbed[]): APIEmbed[] {
  const [head, ...moreHeads] = heads;
  const [detail, ...moreDetails] = details;
  const whole = { ...head, ...detail };
  const isShort = moreHeads.length === 0 && lengthOf(whole) <= charactersPerMessage;
  return isShort ? [whole, ...moreDetails] : [...heads, ...details];
}

function lengthOf({ title, description, footer, fields = [] }: APIEmbed): number {
  const texts = [title, description, footer?.text, ...fields.flatMap(({ name, value }) => [name, value])];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
