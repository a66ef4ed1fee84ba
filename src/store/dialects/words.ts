import type { Dialect } from './dialect.ts';

type WordSearch = Pick<Dialect, 'addWordIndex' | 'holdsAny'>;

/** The words of a text in SQL: what `wordsIn` (src/store/words.ts) makes of it, in every engine since ClickHouse 21. */
export function wordsOf(text: string): string {
  return `splitByNonAlpha(lowerUTF8(${text}))`;
}

/** For every engine: a scan of the column. The quick search for substrings leaves few rows to split. */
export const scannedWords: WordSearch = {
  addWordIndex: () => [],
  holdsAny: (column, words) =>
    `multiSearchAny(lowerUTF8(${column}), {${words}:Array(String)}) AND hasAny(${wordsOf(column)}, {${words}:Array(String)})`,
};

/**
 * For ClickHouse 26.2 and later: an inverted index, https://clickhouse.com/docs/reference/engines/table-engines/mergetree-family/textindexes.
 * Lower case is part of the indexed expression, not a preprocessor, so that rows without the index answer alike.
 */
export const indexedWords: WordSearch = {
  addWordIndex: (table, column) => [
    `ALTER TABLE ${table} ADD INDEX IF NOT EXISTS ${column}_words lowerUTF8(${column}) TYPE text(tokenizer = 'splitByNonAlpha')`,
    `ALTER TABLE ${table} MATERIALIZE INDEX ${column}_words SETTINGS mutations_sync = 2`,
  ],
  holdsAny: (column, words) => `hasAnyTokens(lowerUTF8(${column}), {${words}:Array(String)})`,
};
