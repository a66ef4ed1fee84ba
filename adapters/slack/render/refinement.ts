import type { types } from '@slack/bolt';
import type { NeighbourView, RefinementView } from '../../../src/chat.ts';
import { codeSections, limits, mrkdwn, splitEscaped } from './text.ts';

/** Characters of a change or its reason. */
const longestLine = 1000;

/** The refined prompt, and what was added and dropped with the reasons, as a diff. */
export function refinementBlocks(refinement: RefinementView, neighbours: readonly NeighbourView[]): types.KnownBlock[] {
  const { prompt, negativePrompt, variants, refiner } = refinement;
  return [
    ...codeSections('*Refined prompt*', prompt),
    ...(negativePrompt ? codeSections('*Without*', negativePrompt) : []),
    ...changeBlocks(refinement, neighbours),
    ...variants.flatMap((variant, index) => codeSections(index === 0 ? '*Also worth trying*' : '', variant)),
    { type: 'context', elements: [{ type: 'plain_text', text: `Refined by ${refiner}`, emoji: false }] },
  ];
}

function changeBlocks({ changes }: RefinementView, neighbours: readonly NeighbourView[]): types.SectionBlock[] {
  const lines = changes.map(({ kind, text, reason, neighbourId }) => {
    const from = originOf(neighbourId, neighbours);
    const shown = `\`${escapedLine(text).replaceAll('`', "'")}\``;
    const mark = kind === 'added' ? `:heavy_plus_sign: ${shown}` : `:heavy_minus_sign: ~${shown}~`;
    return `${mark} ${escapedLine(reason)}${from}`;
  });
  return packLines(lines).map((text) => ({ type: 'section', text: mrkdwn(text) }));
}

function originOf(id: string | undefined, neighbours: readonly NeighbourView[]): string {
  if (id === undefined) return '';
  const index = neighbours.findIndex((neighbour) => neighbour.id === id);
  return index < 0 ? ' _(from a similar prompt)_' : ` _(from ${index + 1})_`;
}

function escapedLine(text: string): string {
  return splitEscaped(text.replaceAll(/\s+/g, ' ').trim(), longestLine)[0] ?? '';
}

function packLines(lines: readonly string[]): string[] {
  const packs: string[] = [];
  for (const line of lines) {
    const last = packs.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= limits.text)
      packs[packs.length - 1] = `${last}\n${line}`;
    else packs.push(line);
  }
  return packs;
}
