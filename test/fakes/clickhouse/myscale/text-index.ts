import { serverError } from '../exceptions.ts';
import type { AskRows } from './vector-indexes.ts';

const add =
  /^\s*ALTER TABLE (\w+) ADD INDEX (IF NOT EXISTS )?(\w+)\s*(?:\((\w+)\)|(\w+)) TYPE fts(?:\((?:'(.*)')?\))?(?: GRANULARITY 1)?\s*$/i;

// Those of Tantivy's tokenizers that this server has, with their fields; others are refused as unknown:
// https://github.com/myscale/tantivy-search/blob/main/src/tokenizer/ingredient/tokenizer.rs
const fields: Readonly<Record<string, readonly string[]>> = {
  default: ['store_doc'],
  simple: ['stop_word_filters', 'store_doc', 'length_limit', 'case_sensitive'],
};

const defaultLengthLimit = 40;

/**
 * The index of words is one of the engine behind, over the tokens: so it goes with its table, and tells which of the parts it is made for.
 * Statements: https://github.com/myscale/MyScaleDB/blob/main/tests/queries/2_vector_search/00044_mqvs_throw_exception_no_fts.sql
 */
export function translateIndexStatement(statement: string): string {
  const [, table, quiet = '', name, inParentheses, bare, parameters = '{}'] = add.exec(statement) ?? [];
  if (!table) return statement;
  const column = inParentheses ?? bare ?? '';
  return `ALTER TABLE ${table} ADD INDEX ${quiet}${name} ${tokensOf(column, lengthLimitOf(parameters, column))} TYPE bloom_filter`;
}

/** Letters and digits of any script, in lower case, without words of that many bytes (Tantivy's SimpleTokenizer, RemoveLongFilter, LowerCaser). */
export function tokensOf(text: string, lengthLimit: number): string {
  return String.raw`arrayMap(token -> lowerUTF8(token), arrayFilter(token -> length(token) < ${lengthLimit}, extractAll(${text}, '[\\p{L}\\p{N}]+')))`;
}

/** Throws what MyScale answers where the index is missing, or was not made for a part that was there before it. */
export async function fullTextIndex(table: string, column: string, rows: AskRows): Promise<{ lengthLimit: number }> {
  const indexes = await rows<{ name: string; expr: string }>(
    `SELECT name, expr FROM system.data_skipping_indices WHERE database = 'default' AND table = '${table}' AND type = 'bloom_filter'`,
  );
  const index = indexes.find(({ expr }) => expr.includes(`extractAll(${column}, `));
  if (!index) throw serverError(742, `The column ${column} has no fts index for text search`);
  const [unbuilt] = await rows<{ name: string }>(
    `SELECT name FROM system.parts WHERE active AND rows > 0 AND database = 'default' AND table = '${table}' AND secondary_indices_compressed_bytes = 0`,
  );
  if (unbuilt) {
    throw serverError(
      394,
      `The query was canceled because the FTS index ${index.name} has not been built for part ${unbuilt.name} on table default.${table}.`,
    );
  }
  return { lengthLimit: Number(/length\(token\) < (\d+)/.exec(index.expr)?.[1]) };
}

function lengthLimitOf(parameters: string, column: string): number {
  const tokenizers = parsed(parameters);
  for (const [name, { tokenizer, ...others }] of Object.entries(tokenizers)) {
    const { type = '', ...given } = tokenizer ?? {};
    const known = fields[String(type)];
    const unknown = Object.keys(given).find((field) => !known?.includes(field));
    if (name !== column || !known || unknown || Object.keys(others).length > 0)
      throw serverError(36, `Json parameter may be error: ${parameters}`);
  }
  return Number(tokenizers[column]?.tokenizer?.['length_limit'] ?? defaultLengthLimit);
}

type Tokenizers = Readonly<Record<string, { tokenizer?: Readonly<Record<string, unknown>> }>>;

function parsed(parameters: string): Tokenizers {
  try {
    return JSON.parse(parameters);
  } catch {
    throw serverError(36, `Json parameter may be error: ${parameters}`);
  }
}
