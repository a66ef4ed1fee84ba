import type { Dialect } from './dialect.ts';

export type WordSearch = Pick<Dialect, 'addWordIndex' | 'holdsAny' | 'rowsByWords'>;

/** The words of a text in SQL: what `wordsIn` (src/store/words.ts) makes of it, in every engine since ClickHouse 21. */
export function wordsOf(text: string): string {
  return `splitByNonAlpha(lowerUTF8(${text}))`;
}

const indexName = (column: string) => `${column}_words`;

// All there are at once: MyScale searches no table of which a part is not indexed.
const indexAll = (table: string, column: string) =>
  `ALTER TABLE ${table} MATERIALIZE INDEX ${indexName(column)} SETTINGS mutations_sync = 2`;

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
    `ALTER TABLE ${table} ADD INDEX IF NOT EXISTS ${indexName(column)} lowerUTF8(${column}) TYPE text(tokenizer = 'splitByNonAlpha')`,
    indexAll(table, column),
  ],
  holdsAny: (column, words) => `hasAnyTokens(lowerUTF8(${column}), {${words}:Array(String)})`,
};

// Rare words are in some 1,000 rows by estimate (src/store/words.ts): a bound for where it errs.
const mostRanked = 10_000;

// In bytes; a longer word is left out of the index, by default one of 40.
const longestIndexed = 1_024;

/** What MyScale's index holds as it stands: it splits at everything that is no letter or digit of any script (Tantivy's SimpleTokenizer). */
const wholeWord = /^[\p{Alphabetic}\p{N}]{1,255}$/u;

/** True where `rowsByWords` misses no row: the index splits other words, such as those with an emoji or a typographic apostrophe, or leaves them out. */
export function isIndexed(words: readonly string[]): boolean {
  return words.every((word) => wholeWord.test(word));
}

/**
 * For MyScale since 1.7: an index of Tantivy's (https://myscale.com/docs/en/text-search) that answers no condition, only `textsearch()`, its own
 * ranking, which needs ORDER BY descending and a LIMIT (error 62) and a text that is constant. It is a choice of rows here, which are then told and ranked as ever.
 * With `enable_nlq`, the default, words such as AND would be a query: https://github.com/myscale/MyScaleDB/blob/main/tests/queries/2_vector_search/00045_mqvs_disable_natural_language_query.sql.
 * Tokenizers: https://github.com/myscale/tantivy-search/blob/main/src/tokenizer/parser.rs.
 */
export const rankedWords: WordSearch = {
  ...scannedWords,
  addWordIndex: (table, column) => {
    const tokenizers = { [column]: { tokenizer: { type: 'simple', length_limit: longestIndexed } } };
    return [
      `ALTER TABLE ${table} ADD INDEX IF NOT EXISTS ${indexName(column)} ${column} TYPE fts('${JSON.stringify(tokenizers)}')`,
      indexAll(table, column),
    ];
  },
  rowsByWords: (table, column, words) =>
    `(SELECT id, ${column}, textsearch('enable_nlq=false')(${column}, arrayStringConcat({${words}:Array(String)}, ' ')) AS relevance
FROM ${table} ORDER BY relevance DESC LIMIT ${mostRanked})`,
};
