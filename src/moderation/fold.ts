import { digitLetters, edgeSymbols, innerSymbols, lookalikes } from './confusables.ts';

const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
// Accents; not the vowel signs of other scripts, which tell words apart.
const accents = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
const word = /[\p{L}\p{M}\p{N}]+/gu;
const edges = /(?<=[\p{L}\p{N}@$€])[@$€]|[@$€](?=[\p{L}\p{N}@$€])/gu;
const inners = /(?<=[\p{L}\p{N}])[!|+](?=[\p{L}\p{N}])/gu;
/** So many single letters in a row are a word spelled out. */
const spelledLength = 3;
const stretched = /(\p{L})\1{2,}/gu;

/** Without what shows nothing and with full-width, circled and mathematical letters as plain ones: what people see. */
export function visible(text: string): string {
  return text.normalize('NFKC').replace(unseen, '');
}

/** Without case, accents and other scripts' lookalikes besides. */
export function plain(text: string): string {
  const letters = visible(text).toLowerCase().normalize('NFD').replace(accents, '');
  return [...letters].map((letter) => lookalikes.get(letter) ?? letter).join('');
}

/** The words of a text, in every way it may be meant: as it stands, with digits and symbols as letters (`p0rn`), spelled out (`p o r n`), stretched (`pooorn`). */
export function readings(text: string): string[][] {
  const folded = plain(text);
  const spoken = withSymbols(folded);
  const all = [folded, ...(spoken === folded ? [] : [spoken])]
    .map(wordsOf)
    .flatMap((words) => [words, ...spelledOut(words)])
    .flatMap((words) => [words, ...withDigits(words)])
    .flatMap((words) => [words, ...shortened(words)]);
  return [...new Map(all.map((words) => [words.join(' '), words])).values()];
}

/** What an entry of a list stands for: symbols in it are letters, since they can be nothing else there. */
export function entryReadings(entry: string): string[][] {
  const words = wordsOf(withSymbols(plain(entry)));
  return [words, ...withDigits(words)];
}

function wordsOf(text: string): string[] {
  return text.match(word) ?? [];
}

function withSymbols(text: string): string {
  return text
    .replace(inners, (symbol) => innerSymbols.get(symbol) ?? symbol)
    .replace(edges, (symbol) => edgeSymbols.get(symbol) ?? symbol);
}

/** Numbers stay numbers: only words that have letters too are read. */
function withDigits(words: readonly string[]): string[][] {
  if (!words.some(isMixed)) return [];
  return digitLetters.map((letters) =>
    words.map((text) => (isMixed(text) ? [...text].map((letter) => letters.get(letter) ?? letter).join('') : text)),
  );
}

function isMixed(text: string): boolean {
  return /\p{L}/u.test(text) && /[0-9]/.test(text);
}

/** Runs of single letters joined; once more without an article in front. */
function spelledOut(words: readonly string[]): string[][] {
  const joined = joinLetters(words, 0);
  return joined.length === words.length ? [] : [joined, joinLetters(words, 1)];
}

function joinLetters(words: readonly string[], articles: number): string[] {
  const joined: string[] = [];
  for (let at = 0; at < words.length; ) {
    let end = at;
    while (words[end]?.length === 1) end += 1;
    const isSpelled = end - at >= spelledLength;
    const skipped = isSpelled && /^[ai]$/.test(words[at] ?? '') ? articles : 0;
    joined.push(...words.slice(at, at + skipped));
    joined.push(isSpelled ? words.slice(at + skipped, end).join('') : (words[at] ?? ''));
    at = isSpelled ? end : at + 1;
  }
  return joined;
}

function shortened(words: readonly string[]): string[][] {
  if (!words.some((text) => /(\p{L})\1{2}/u.test(text))) return [];
  return ['$1', '$1$1'].map((letters) => words.map((text) => text.replace(stretched, letters)));
}
