import { serverError } from './exceptions.ts';

/**
 * A `param_` value by the type that the query declares. HTTP carries it escaped as in a tab-separated file;
 * chDB's binding takes the value itself: https://clickhouse.com/docs/interfaces/http#cli-queries-with-parameters
 */
export function decodeParameter(query: string, name: string, value: string): unknown {
  const type = new RegExp(`\\{${name}\\s*:\\s*([^}]+)\\}`).exec(query)?.[1]?.trim();
  if (type === undefined) return value;
  const decode = decoders[type];
  if (!decode) throw serverError(457, `The fake server has no parameter of the type ${type}.`);
  return decode(value, name);
}

const decoders: Readonly<Record<string, (value: string, name: string) => unknown>> = {
  String: unescaped,
  'Array(String)': (value) => [...value.matchAll(/'((?:[^'\\]|\\.)*)'/gs)].map(([, item = '']) => unescaped(item)),
  'Array(Float32)': numbers,
  Float32: number,
  Float64: number,
  UInt8: whole,
  UInt32: whole,
  UInt64: whole,
  Int64: whole,
};

const escapes: Readonly<Record<string, string>> = { '0': '\0', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}

function whole(value: string, name: string): bigint {
  if (!/^-?\d+$/.test(value)) throw notParsed(value, name);
  return BigInt(value);
}

function number(value: string, name: string): number {
  const parsed = Number(value);
  if (value.trim() === '' || Number.isNaN(parsed)) throw notParsed(value, name);
  return parsed;
}

function numbers(value: string, name: string): number[] {
  const list = /^\[(.*)\]$/.exec(value)?.[1];
  if (list === undefined) throw notParsed(value, name);
  return list === '' ? [] : list.split(',').map((item) => number(item, name));
}

function notParsed(value: string, name: string): Error {
  return serverError(457, `Value ${value.slice(0, 40)} cannot be parsed for query parameter '${name}'.`);
}
