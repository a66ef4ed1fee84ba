/** A rough stem: "lighting", "lights" and "light" are one, so are "detailed", "details" and "detail". For comparing, never for showing. */
export function stem(word: string): string {
  const singular = word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  return singular.length > 6 ? singular.replace(/(?:ed|ing|e)$/, '') : singular.replace(/^(photo)graph$/, '$1');
}

const fillers = new Set(['a', 'an', 'the', 'and', 'of', 'style', 'styled', 'art', 'aesthetic', 'aesthetics']);

/** The stems that carry a modifier's meaning; two modifiers that share one repeat each other. */
export function stemsOf(words: readonly string[]): string[] {
  return words.filter((word) => !fillers.has(word)).map(stem);
}
