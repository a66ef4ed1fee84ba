/** Puts modifiers after a text the way people write prompts: after a comma, or as a sentence of their own after a full stop. */
export function append(text: string, additions: readonly string[]): string {
  if (additions.length === 0) return text;
  const list = additions.join(', ');
  if (text === '') return list;
  if (/[.!?。！？]["'”’)\]]*$/u.test(text)) return `${text} ${capitalise(list)}${text.endsWith('.') ? '.' : ''}`;
  return /[,;:，、；：]$/u.test(text) ? `${text} ${list}` : `${text}, ${list}`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
