import { serverError } from '../exceptions.ts';
import { checkParameters, type TableFacts } from './index-statements.ts';
import type { VectorIndexes } from './vector-indexes.ts';

const call =
  /\bdistance(?:\(((?:'[^']*'(?:,\s*)?)*)\))?\(\s*(\w+)\s*,\s*(\{\w+:Array\(Float32\)\}|\[[^\]]*\])\s*\)(?:\s+AS\s+(\w+))?/i;

// L2 is squared: https://github.com/myscale/MyScaleDB/tree/main/tests/queries/2_vector_search
const functions: Readonly<Record<string, string>> = {
  COSINE: 'cosineDistance',
  L2: 'L2SquaredDistance',
  IP: 'dotProduct',
};

/**
 * A query with `distance()` as the engine behind understands it; the checks are those of src/Interpreters/TreeRewriter.cpp:
 * error 62 without LIMIT, without the function in ORDER BY, and for a direction that is not the metric's.
 */
export function translateDistance(
  query: string,
  { bruteForce, indexes, facts }: { bruteForce: boolean; indexes: VectorIndexes; facts: (table: string) => TableFacts },
): string {
  const found = call.exec(query);
  if (!found) {
    if (/\bdistance\s*\(/i.test(query)) throw serverError(62, 'wrong argument number in distance function, expected 2');
    return query;
  }
  const [text, list = '', column = '', vector = '', alias = text] = found;
  const table = /\bFROM\s+(\w+)/.exec(query)?.[1] ?? '';
  const index = indexes.of(table, column);
  const metric = (index?.metric ?? facts(table).metric).toUpperCase();
  if (index)
    checkParameters(
      index.type,
      list
        .split(',')
        .map((pair) => pair.trim().replaceAll("'", ''))
        .filter(Boolean),
    );
  checkOrder(query, alias, metric);
  const rows = bruteForce ? table : `(SELECT * FROM ${table} WHERE ${inParts(index ? indexes.builtParts(index) : [])})`;
  const computed = `${functions[metric]}(${column}, ${vector})${found[4] ? ` AS ${found[4]}` : ''}`;
  return query.replace(text, () => computed).replace(/\bFROM\s+\w+/, () => `FROM ${rows}`);
}

function checkOrder(query: string, alias: string, metric: string): void {
  if (!/\bLIMIT\s+(\d+|\{)/.test(query)) throw serverError(62, 'Not support distance function without LIMIT clause');
  const [, key = '', direction = 'ASC'] = /\bORDER BY\s+([\w.]+)(?:\s+(ASC|DESC))?/i.exec(query) ?? [];
  if (key !== alias) throw serverError(62, 'Not support without distance function inside ORDER BY clause');
  const expected = metric === 'IP' ? 'DESC' : 'ASC';
  if (direction.toUpperCase() !== expected) {
    throw serverError(
      62,
      `Not support distance function with ORDER BY direction ${direction} when metric type is ${metric}`,
    );
  }
}

function inParts(parts: readonly string[]): string {
  return parts.length === 0 ? '0' : `_part IN (${parts.map((part) => `'${part}'`).join(', ')})`;
}
