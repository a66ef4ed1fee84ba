import type { Parameters } from './connection.ts';

interface Statement {
  query: string;
  parameters: Parameters | undefined;
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Writes the named parameters into the query where they are whole numbers or base64, which no quote can end; the others stay bound.
 * A statement that binds nothing any more has no parameters.
 */
export function inline({ query, parameters = {} }: Statement, names: readonly string[]): Statement {
  let text = query;
  const bound: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const literal = names.includes(name) ? literalOf(value) : undefined;
    if (literal === undefined) bound[name] = value;
    else text = text.replaceAll(new RegExp(`\\{${name}:\\w+\\}`, 'g'), literal);
  }
  return { query: text, parameters: Object.keys(bound).length > 0 ? bound : undefined };
}

function literalOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  return typeof value === 'string' && base64.test(value) ? `'${value}'` : undefined;
}
