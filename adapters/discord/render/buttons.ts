import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { Action } from '../../../src/chat.ts';
import { chunks } from './chunks.ts';
import { cut } from './markdown.ts';

const perRow = 5;
const rowsPerMessage = 5;
const longestLabel = 80;
// As text, because the `v` flag is newer than the compiler's target; Discord refuses anything but a whole emoji.
const oneEmoji = String.raw`^\p{RGI_Emoji}$`;
const emojiPattern = new RegExp(oneEmoji, 'v');

type Row = APIActionRowComponent<APIButtonComponent>;

/** Buttons in rows, as many rows as a message holds; further ones for further messages. */
export function buttonRows(actions: readonly Action[]): Row[][] {
  const rows = chunks(actions.map(button), perRow).map(
    (components): Row => ({ type: ComponentType.ActionRow, components }),
  );
  return chunks(rows, rowsPerMessage);
}

function button({ id, label, emoji }: Action): APIButtonComponent {
  const shown = wholeEmoji(emoji);
  return {
    type: ComponentType.Button,
    style: id.startsWith('delete:') || id.startsWith('forget:') ? ButtonStyle.Danger : ButtonStyle.Secondary,
    custom_id: id,
    label: cut(shown ? label : `${emoji} ${label}`.trim(), longestLabel),
    ...(shown ? { emoji: { name: shown } } : {}),
  };
}

/** The emoji in the form Discord knows; many are complete only with the variation selector U+FE0F. */
function wholeEmoji(emoji: string): string | undefined {
  return [emoji, `${emoji}\uFE0F`].find((candidate) => emojiPattern.test(candidate));
}
