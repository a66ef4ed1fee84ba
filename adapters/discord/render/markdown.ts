/** Text as it is: nothing of it is read as markdown, a mention, a channel or an emoji. Control characters are dropped. */
export function escapeText(text: string): string {
  return plain(text)
    .replaceAll(/[\\*_~`|<[]/g, '\\$&')
    .replaceAll(/^(\s*)([#>+-])/gm, '$1\\$2')
    .replaceAll(/^(\s*\d+)\./gm, '$1\\.')
    .replaceAll(/@(?=everyone|here)/g, '\\@');
}

/** Escaped text in pieces of at most `limit` characters, cut between words where it can be. Empty text gives no piece. */
export function escapeInPieces(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of plain(text).split(/(?<=\s)/)) {
    for (const fitting of escapeText(part).length <= limit ? [part] : characters(part)) {
      // Escaped together: what starts a line in one part may not do so after another.
      if (piece !== '' && escapeText(piece + fitting).length > limit) {
        pieces.push(piece);
        piece = '';
      }
      piece += fitting;
    }
  }
  pieces.push(piece);
  return pieces.map((one) => escapeText(one).trim()).filter((one) => one !== '');
}

/** Shortens to at most `limit` UTF-16 units, never inside a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > limit - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Escaped, and short enough after escaping. */
export function escapeCut(text: string, limit: number): string {
  let shown = cut(plain(text), limit);
  while (escapeText(shown).length > limit) shown = cut(shown, shown.length - (escapeText(shown).length - limit));
  return escapeText(shown);
}

/** One line of at most `limit` characters, for names and titles that know no markdown. */
export function oneLine(text: string, limit: number): string {
  return cut(plain(text).replaceAll(/\s+/g, ' ').trim(), limit);
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is dropped, tabs and line ends excepted
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

function characters(text: string): string[] {
  return [...text];
}
