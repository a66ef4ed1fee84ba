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

  it('may be lists of ids; one that holds anything else stays bound, as an empty one does', () => {
    const lists = 'SELECT 1 WHERE id IN {ids:Array(String)}';
    const made = (ids: unknown) => inline({ query: lists, parameters: { ids } }, ['ids']);
    expect(made(['a-1', 'discord:2'])).toEqual({
      query: "SELECT 1 WHERE id IN ['a-1', 'discord:2']",
      parameters: undefined,
    });
    for (const ids of [[], ['a', "b'"], ['a', 7], ['a\\'], ['a', ['b']]]) {
      expect(made(ids)).toEqual({ query: lists, parameters: { ids } });
    }
  });

  it('add nothing to a statement but digits and harmless characters in quotes, whatever they hold', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('a-1', 'discord:2', '\\'));
    const value = fc.oneof(
      fc.array(text),
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom("'", "\\'", "a'--", 'AA==', ''),
      fc.double(),
      fc.integer(),
    );
    fc.assert(
      fc.property(value, value, (vector, limit) => {
        const made = inline({ query, parameters: { vector, limit, scope: vector } }, ['vector', 'limit']);
        const text = "'[A-Za-z0-9+/=:_.-]*'";
        const literal = String.raw`(?:${text}|\d+|\[${text}(?:, ${text})*\])`;
        expect(made.query).toMatch(
          new RegExp(
            String.raw`^SELECT f\((?:\{vector:String\}|${literal})\) AS d WHERE s = \{scope:String\} LIMIT (?:\{limit:UInt32\}|${literal})$`,
          ),
        );
        if (made.query.includes('{vector:')) expect(made.parameters?.vector).toBe(vector);
        expect(made.parameters?.scope).toBe(vector);
      }),
    );
  });
});
