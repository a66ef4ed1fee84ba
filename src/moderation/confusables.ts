/**
 * Lower-case letters that are taken for Latin ones: the well-known of the Unicode security data
 * (https://www.unicode.org/Public/security/latest/confusables.txt), and Latin ones that no decomposition makes plain.
 */
export const lookalikes: ReadonlyMap<string, string> = new Map([
  ...pairs('авекмнорстухѕіјԁԛԝһӏ', 'abekmhopctyxsijdqwhl'),
  ...pairs('αβγεηικνορτυχωϲϳ', 'abyenikvoptuxwcj'),
  ...pairs('øđłħıɑɡɩ', 'odlhiagi'),
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
]);

/** Digits that are read as letters; 1 is `i` in one reading and `l` in the other. */
export const digitLetters: readonly ReadonlyMap<string, string>[] = ['i', 'l'].map(
  (one) => new Map([...pairs('03456789', 'oeasgtbg'), ['1', one]]),
);

/** Symbols that are read as letters wherever they touch one. */
export const edgeSymbols: ReadonlyMap<string, string> = new Map(pairs('@$€', 'ase'));

/** Symbols that are read as letters between two others alone: at the end of a word they are punctuation. */
export const innerSymbols: ReadonlyMap<string, string> = new Map(pairs('!|+', 'iit'));

function pairs(from: string, to: string): [string, string][] {
  const targets = [...to];
  return [...from].map((letter, index) => [letter, targets[index] ?? letter]);
}
