/** A prompt that says what must not be there, for backends without a negative prompt, of at most `longest` characters. */
export function foldNegative(
  prompt: string,
  negativePrompt: string | undefined,
  longest = Number.POSITIVE_INFINITY,
): string {
  const unwanted = negativePrompt?.trim();
  if (!unwanted) return cut(prompt, longest);
  const addition = cut(`\nAvoid: ${unwanted}`, Math.floor(longest / 4));
  return cut(prompt, longest - addition.length) + addition;
}

/** Never between the halves of a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
