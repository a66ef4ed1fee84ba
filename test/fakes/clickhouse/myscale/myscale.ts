import { serverError } from '../exceptions.ts';
import type { Request } from '../request.ts';
import { withCatalog } from './catalog.ts';
import { translateDistance } from './distance.ts';
import { runIndexStatement, type TableFacts } from './index-statements.ts';
import { type MyScaleKind, refuseUnknown, settingsIn, withoutOwnSettings } from './settings.ts';
import { translateIndexStatement } from './text-index.ts';
import { translateTextSearch } from './text-search.ts';
import type { AskRows, VectorIndexes } from './vector-indexes.ts';

export interface MyScale {
  /** The statement for the engine behind; undefined when there is nothing left to do. */
  translate(request: Request): Promise<string | undefined>;
}

// What ClickHouse got after 24.8, with the code that an older one answers.
const later: readonly (readonly [words: RegExp, code: number, message: string])[] = [
  [/\bvector_similarity\b/, 80, "Unknown Index type 'vector_similarity'"],
  [/\bTYPE text\(/, 80, "Unknown Index type 'text'"],
  [/\breinterpret\(.*'Array\(/s, 43, 'Cannot reinterpret String as Array(Float32)'],
  [/\b(hasAnyTokens|hasAllTokens|searchAny|searchAll)\(/, 46, 'Unknown function'],
];

// What MyScale got with 1.7, or before under other names.
const laterThanV1: typeof later = [
  [/\bTYPE fts\b/i, 80, "Unknown Index type 'fts'"],
  [/\btextsearch\(/i, 46, 'Unknown function textsearch'],
];

/** MyScale's SQL over an engine that has none of it. */
export function createMyScale(kind: MyScaleKind, indexes: VectorIndexes, rows: AskRows): MyScale {
  const refused = kind === 'myscale-v1' ? [...later, ...laterThanV1] : later;
  const tables = new Map<string, TableFacts>();
  const facts = (table: string) => tables.get(table) ?? { checked: new Set<string>(), metric: 'L2' };
  return {
    async translate({ query, settings }) {
      const [statement, data] = withoutData(query);
      const inline = settingsIn(statement);
      refuseUnknown(inline.keys(), statement, kind);
      refuseUnknown(
        settings.map(([name]) => name),
        '',
        kind,
      );
      for (const [words, code, message] of refused) if (words.test(statement)) throw serverError(code, message);
      if (await runIndexStatement(statement, kind, indexes, facts)) return undefined;
      noteTable(statement, inline, tables);
      noteNames(statement, tables, indexes);
      const bruteForce = inline.get('enable_brute_force_vector_search') === '1';
      const searched = translateDistance(statement, { bruteForce, indexes, facts });
      const worded = await translateTextSearch(translateIndexStatement(searched), rows);
      return withoutOwnSettings(await withCatalog(worded, kind, indexes)) + data;
    },
  };
}

/** Rows of an insert are nobody's SQL. */
function withoutData(query: string): [statement: string, data: string] {
  const format = /^\s*INSERT\b[^\n]*?\bFORMAT \w+/.exec(query);
  return format ? [query.slice(0, format[0].length), query.slice(format[0].length)] : [query, ''];
}

/** What is known of tables goes with them when they are exchanged, renamed or dropped. */
function noteNames(statement: string, tables: Map<string, TableFacts>, indexes: VectorIndexes): void {
  const [, one, other] = /^\s*(?:EXCHANGE TABLES|RENAME TABLE) (\w+) (?:AND|TO) (\w+)\s*$/.exec(statement) ?? [];
  if (one && other) {
    const [ofOne, ofOther] = [tables.get(one), tables.get(other)];
    for (const [name, facts] of [
      [one, ofOther],
      [other, ofOne],
    ] as const) {
      if (facts) tables.set(name, facts);
      else tables.delete(name);
    }
    indexes.exchange(one, other);
  }
  const dropped = /^\s*DROP TABLE (?:IF EXISTS )?(\w+)/.exec(statement)?.[1];
  if (!dropped) return;
  tables.delete(dropped);
  indexes.dropTable(dropped);
}

function noteTable(statement: string, settings: ReadonlyMap<string, string>, tables: Map<string, TableFacts>): void {
  const table = /^\s*CREATE TABLE (?:IF NOT EXISTS )?(\w+)/.exec(statement)?.[1];
  if (!table || tables.has(table)) return;
  const metric = [...settings].find(([name]) => name.endsWith('vector_search_metric_type'))?.[1] ?? 'L2';
  const checked = new Set([...statement.matchAll(/CHECK length\((\w+)\) = \d+/g)].map(([, column = '']) => column));
  tables.set(table, { checked, metric });
}
