import { serverError } from '../exceptions.ts';
import { fullTextIndex, tokensOf } from './text-index.ts';
import type { AskRows } from './vector-indexes.ts';

const call = /\btextsearch(?:\(((?:'[^']*'(?:,\s*)?)*)\))?\(\s*(\w+)\s*,\s*/i;

/**
 * A query with `textsearch()` as the engine behind understands it. Checks: src/Interpreters/TreeRewriter.cpp and ExpressionAnalyzer.cpp,
 * src/VectorIndex/Storages/MergeTreeTextSearchManager.cpp of https://github.com/myscale/MyScaleDB, and its tests 00044 to 00048.
 */
export async function translateTextSearch(query: string, rows: AskRows): Promise<string> {
  const found = call.exec(query);
  if (!found) return query;
  const [opening, list = '', column = ''] = found;
  const select = selectAround(query, found.index);
  const [text, rest] = splitAtClosing(select.text.slice(found.index - select.start + opening.length));
  const alias = /^\s+AS\s+(\w+)/i.exec(rest)?.[1] ?? `${opening}${text})`;
  checkConstant(text);
  const matches = checkParameters(list) === 'AND' ? 'hasAll' : 'hasAny';
  checkOrder(select.text, alias);
  const table = /\bFROM\s+(\w+)/.exec(rest)?.[1] ?? '';
  const { lengthLimit } = await fullTextIndex(table, column, rows);
  const [held, sought] = [tokensOf(column, lengthLimit), tokensOf(text, lengthLimit)];
  // Tantivy ranks by BM25; here, by how many of the words a text holds, then by how short it is.
  const score = `toFloat32(length(arrayIntersect(${held}, ${sought})) + 1 / (1 + length(${held})))`;
  const matching = `(SELECT * FROM ${table} WHERE ${matches}(${held}, ${sought}))`;
  return [
    query.slice(0, found.index),
    score,
    rest.replace(/\bFROM\s+\w+/, () => `FROM ${matching}`),
    query.slice(select.end),
  ].join('');
}

/** The innermost SELECT around a place, without the parentheses it stands in. */
function selectAround(query: string, place: number): { text: string; start: number; end: number } {
  const opened: number[] = [];
  for (const { index, character } of parentheses(query.slice(0, place))) {
    if (character === '(') opened.push(index);
    else opened.pop();
  }
  const start = (opened.findLast((index) => /^\(\s*SELECT\b/i.test(query.slice(index))) ?? -1) + 1;
  const [text] = start === 0 ? [query] : splitAtClosing(query.slice(start));
  return { text, start, end: start + text.length };
}

/** What stands before the parenthesis that closes one opened before, and what stands after it. */
function splitAtClosing(text: string): [before: string, after: string] {
  let depth = 0;
  for (const { index, character } of parentheses(text)) {
    depth += character === '(' ? 1 : -1;
    if (depth < 0) return [text.slice(0, index), text.slice(index + 1)];
  }
  throw serverError(62, 'Syntax error: a parenthesis is not closed');
}

/** Those outside of quotes. */
function parentheses(text: string): { index: number; character: string | undefined }[] {
  return [...text.matchAll(/'(?:[^'\\]|\\.)*'|([()])/gs)].flatMap(({ index, 1: character }) =>
    character ? [{ index, character }] : [],
  );
}

function checkConstant(text: string): void {
  const names = text.replaceAll(/'(?:[^'\\]|\\.)*'|\{\w+:[^}]+\}/gs, '');
  if (/\b[a-z_]\w*\b(?!\s*\()/i.test(names))
    throw serverError(36, `Wrong query text type for argument ${text} in TextSearch function`);
}

/** Gives the operator. */
function checkParameters(list: string): string {
  let [operator, isLanguage] = ['OR', true];
  for (const [, pair = ''] of list.matchAll(/'([^']*)'/g)) {
    const [, key, value = ''] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (!key) {
      throw serverError(
        36,
        `The parameter ${pair} inside TextSearch function should be key-value format string, separated by \`=\`.`,
      );
    }
    if (key === 'enable_nlq') {
      if (!/^(0|1|true|false)$/.test(value))
        throw serverError(36, 'TextSearch parameter `enable_nlq` value should be bool');
      isLanguage = value === '1' || value === 'true';
    } else if (key === 'operator') {
      if (!/^(OR|AND)$/.test(value))
        throw serverError(36, 'TextSearch parameter `operator` value should be either OR or AND');
      operator = value;
    } else throw serverError(36, `Unknown parameter ${key} for TextSearch`);
  }
  if (isLanguage) throw serverError(48, 'The fake server does not read the query language: enable_nlq=false');
  return operator;
}

function checkOrder(select: string, alias: string): void {
  if (!/\bLIMIT\s+(\d+|\{)/.test(select)) throw serverError(62, 'Not support TextSearch function without LIMIT clause');
  const [, ordered = ''] = /\bORDER BY\s+([\s\S]*?)\s+LIMIT\b/i.exec(select) ?? [];
  const [key = '', direction = 'ASC'] = [ordered.replace(/\s+(ASC|DESC)$/i, ''), /\s(ASC|DESC)$/i.exec(ordered)?.[1]];
  if (key !== alias) throw serverError(62, 'Not support without TextSearch function inside ORDER BY clause');
  if (direction.toUpperCase() !== 'DESC')
    throw serverError(62, 'The results returned by the TextSearch function should be ordered by `DESC`');
}
