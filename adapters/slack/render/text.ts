import type { types } from '@slack/bolt';

/** Limits of https://docs.slack.dev/reference/block-kit, in characters. */
export const limits = {
  text: 3000,
  label: 75,
  altText: 2000,
  imageTitle: 2000,
  imageUrl: 3000,
  /** A message's plain text, for notifications and screen readers; longer ones are cut by Slack. */
  fallback: 3000,
} as const;

/** Slack's three control characters: https://docs.slack.dev/messaging/formatting-message-text#escaping. Disarms `<!channel>` and `<@U…>`. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What a person typed, from what Slack made of it: entities, links, channel and user references. */
export function unescapeText(text: string): string {
  return text
    .replaceAll(/<([^<>]*)>/g, (_, inside: string) => plainReference(inside))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function plainReference(inside: string): string {
  const [target = '', label] = inside.split('|');
  if (target.startsWith('!') || target.startsWith('@')) return `@${label ?? target.slice(1)}`;
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`;
  return label ?? target;
}

/** Pieces of at most `most` characters once escaped, cut at line ends or spaces where there are any, never inside a character. */
export function splitEscaped(text: string, most: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of text.match(/\s+|\S+/g) ?? []) {
    for (const part of escapedParts(word, most)) {
      if (piece.length + part.length > most) {
        pieces.push(piece);
        piece = '';
      }
      piece += part;
    }
  }
  return piece === '' ? pieces : [...pieces, piece];
}

/** A word escaped; one that is too long for any piece is cut between characters. */
function escapedParts(word: string, most: number): string[] {
  const escaped = escapeText(word);
  return escaped.length <= most ? [escaped] : [...word].map(escapeText);
}

/** Cuts plain text to a length, with an ellipsis, never inside a character. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  // Half of a character that takes two code units is none.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** Escaped and shortened to what remains within `most` once escaped. */
export function shortenEscaped(text: string, most: number): string {
  const [first = ''] = splitEscaped(text, most - 1);
  return first.length < escapeText(text).length ? `${first}…` : first;
}

/** A label of a control: shown as it is, so unescaped. */
export function plain(text: string): types.PlainTextElement {
  return { type: 'plain_text', text: shorten(text, limits.label), emoji: true };
}

/** Text in which nothing is formatted, so stars and underscores of prompts stay. */
export function plainSections(text: string): types.SectionBlock[] {
  return splitEscaped(text, limits.text).flatMap((piece) =>
    piece.trim() === '' ? [] : [{ type: 'section', text: { type: 'plain_text', text: piece, emoji: false } }],
  );
}

/** A part of a message in mrkdwn that our own words make up; user text in it must be escaped. */
export function mrkdwn(text: string): types.MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Room for the fence and its line ends. */
const fence = 8;

/** A prompt as code: copied as it is, and nothing in it is formatted. */
export function codeSections(label: string, text: string): types.SectionBlock[] {
  // Three backticks would end the fence.
  const safe = text.replaceAll('```', "'''").trim();
  const heading = label === '' ? '' : `${label}\n`;
  return splitEscaped(safe, limits.text - fence - heading.length).map((piece, index) => ({
    type: 'section',
    text: mrkdwn(`${index === 0 ? heading : ''}\`\`\`${piece}\`\`\``),
  }));
}
