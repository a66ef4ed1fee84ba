import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fieldsOf } from '../../src/importer/csv-fields.ts';

function parserRows(text: string): string[][] {
  try {
    return parse(text, { relax_quotes: true, record_delimiter: ['\r\n', '\n'] });
  } catch {
    return [];
  }
}

it('finds the fields that the parser finds, with and without quotes, and quotes where they do not belong', () => {
  const textOf = (...pieces: string[]) => fc.array(fc.constantFrom(...pieces), { maxLength: 6 });
  const quoted = textOf('""', ',', 'a', ' ', '猫', '\n', '\r\n', '\r').map((pieces) => `"${pieces.join('')}"`);
  const loose = textOf('"', '""', 'a', ' ', '\r', '\ufeff').map((pieces) => pieces.join(''));
  const row = fc.array(fc.oneof(quoted, quoted, loose), { minLength: 1, maxLength: 4 }).map((all) => all.join(','));
  fc.assert(
    fc.property(row, (text) => {
      const rows = parserRows(text);
      fc.pre(text !== '' && rows.length === 1);
      expect(fieldsOf(text)).toEqual(rows[0]);
    }),
    { numRuns: 5_000 },
  );
});
