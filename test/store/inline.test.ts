import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inline } from '../../src/store/inline.ts';

const query = 'SELECT f({vector:String}) AS d WHERE s = {scope:String} LIMIT {limit:UInt32}';

describe('parameters of our own making', () => {
  it('are written into the statement, all others stay bound', () => {
    const parameters = { vector: 'AAAA+/8=', scope: 'AAAA', limit: 7 };
    expect(inline({ query, parameters }, ['vector', 'limit'])).toEqual({
      query: "SELECT f('AAAA+/8=') AS d WHERE s = {scope:String} LIMIT 7",
      parameters: { scope: 'AAAA' },
    });
  });

  it('leave nothing to bind where there were no others', () => {
    const parameters = { vector: 'AAAA', limit: 7 };
    expect(inline({ query, parameters }, ['vector', 'limit']).parameters).toBeUndefined();
    expect(inline({ query, parameters: undefined }, ['vector'])).toEqual({ query, parameters: undefined });
  });

  it('add nothing to a statement but digits and base64 in quotes, whatever they hold', () => {
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom("'", "\\'", "a'--", 'AA==', ''),
      fc.double(),
      fc.integer(),
    );
    fc.assert(
      fc.property(value, value, (vector, limit) => {
        const made = inline({ query, parameters: { vector, limit, scope: vector } }, ['vector', 'limit']);
        expect(made.query).toMatch(
          /^SELECT f\((?:\{vector:String\}|'[A-Za-z0-9+/=]*'|\d+)\) AS d WHERE s = \{scope:String\} LIMIT (?:\{limit:UInt32\}|'[A-Za-z0-9+/=]*'|\d+)$/,
        );
        if (made.query.includes('{vector:')) expect(made.parameters?.vector).toBe(vector);
        expect(made.parameters?.scope).toBe(vector);
      }),
    );
  });
});
