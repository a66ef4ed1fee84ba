import type { Parameters } from './connection.ts';

interface Statement {
  query: string;
  parameters: Parameters | undefined;
}

// Base64 and ids: nothing that could end a quote or begin an escape.
const harmless = /^[A-Za-z0-9+/=:_.-]*$/;

/**
 * Writes the named parameters into the query where they are whole numbers, texts of harmless characters or lists of such; the others stay bound.
 * A statement that binds nothing any more has no parameters.
 */
export function inline({ query, parameters = {} }: Statement, names: readonly string[]): Statement {
  let text = query;
  const bound: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const literal = names.includes(name) ? literalOf(value) : undefined;
    if (literal === undefined) bound[name] = value;
    else text = text.replaceAll(new RegExp(`\\{${name}:[\\w()]+\\}`, 'g'), literal);
  }
  return { query: text, parameters: Object.keys(bound).length > 0 ? bound : undefined };
}

function literalOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value === 'string') return harmless.test(value) ? `'${value}'` : undefined;
  // An empty list has no type but in its placeholder.
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts = value.map((each) => (typeof each === 'string' ? literalOf(each) : undefined));
  return texts.includes(undefined) ? undefined : `[${texts.join(', ')}]`;
}
