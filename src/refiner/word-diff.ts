export interface WordChange {
  kind: 'added' | 'removed';
  text: string;
}

/** Words compared at most a text: the table has their product of cells. */
const mostWords = 1000;

/**
 * Runs of words that one text has and the other has not, in order, by the longest common subsequence (dynamic programme of
 * Wagner and Fischer, Journal of the ACM 21(1), 1974). Case and punctuation around words do not count as a change.
 */
export function diffWords(before: string, after: string): WordChange[] {
  const [old, fresh] = [wordsOf(before), wordsOf(after)];
  const common = commonLengths(old, fresh);
  const runs: { kind: WordChange['kind']; words: string[]; at: number }[] = [];
  const note = (kind: WordChange['kind'], word: string, at: number) => {
    const last = runs.at(-1);
    if (last?.kind === kind && last.at === at - 1) Object.assign(last, { at, words: [...last.words, word] });
    else runs.push({ kind, words: [word], at });
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    const [oldWord, freshWord] = [old[i], fresh[j]];
    if (oldWord !== undefined && freshWord !== undefined && bare(oldWord) === bare(freshWord)) {
      i += 1;
      j += 1;
    } else if (oldWord !== undefined && (freshWord === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      note('removed', oldWord, i);
      i += 1;
    } else if (freshWord !== undefined) {
      note('added', freshWord, j);
      j += 1;
    }
  }
  return runs
    .map(({ kind, words }) => ({ kind, text: words.join(' ').replace(/^[,;.\s]+|[,;.\s]+$/g, '') }))
    .filter(({ text }) => text !== '');
}

/** `common[i][j]`: how many words the rests from i and from j have in common, in order. */
function commonLengths(old: readonly string[], fresh: readonly string[]): number[][] {
  const common = Array.from({ length: old.length + 1 }, () => new Array<number>(fresh.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (!row) continue;
      const same = bare(old[i] ?? '') === bare(fresh[j] ?? '');
      row[j] = same ? at(common, i + 1, j + 1) + 1 : Math.max(at(common, i + 1, j), at(common, i, j + 1));
    }
  }
  return common;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean).slice(0, mostWords);
}

function bare(word: string): string {
  return word.toLowerCase().replace(/^\p{P}+|\p{P}+$/gu, '') || word;
}
