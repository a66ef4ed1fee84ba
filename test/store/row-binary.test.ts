import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { type Column, encodeRowBinary } from '../../src/store/row-binary.ts';
import { temporaryFolder } from './folders.ts';
import { hostileTexts } from './samples.ts';

interface Row {
  text: string;
  number: number;
  vector: Float32Array;
}

const columns: readonly Column<Row>[] = [
  { name: 'text', type: 'String', cell: ({ text }) => text },
  { name: 'number', type: 'UInt32', cell: ({ number }) => number },
  { name: 'vector', type: 'Array(Float32)', cell: ({ vector }) => vector },
];

const stored = z.object({ text: z.string(), number: z.number(), bits: z.array(z.number()) });

const { folder, remove } = temporaryFolder();
let connection: Connection;
beforeAll(async () => {
  connection = createConnection(await connectChdb(folder));
  await connection.command(
    'CREATE TABLE t (text String, number UInt32, vector Array(Float32)) ENGINE = MergeTree ORDER BY tuple()',
  );
});
afterAll(async () => {
  await connection.close();
  remove();
});

/** The rows as the engine has read them, vectors as the bits of their floats. */
async function throughTheEngine(rows: readonly Row[]) {
  await connection.command('TRUNCATE TABLE t');
  await connection.load('t', columns, rows);
  return connection.read('SELECT text, number, arrayMap(x -> reinterpretAsUInt32(x), vector) AS bits FROM t', {
    row: stored,
  });
}

function bitsOf(vector: Float32Array): number[] {
  return [...new Uint32Array(vector.slice().buffer)];
}

const expected = (rows: readonly Row[]) =>
  rows.map(({ text, number, vector }) => ({
    text: text.replace(/\p{Surrogate}/gu, '\ufffd'),
    number,
    bits: bitsOf(vector),
  }));

it('the engine reads back any rows exactly, half a surrogate pair as the replacement character', async () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  );
  const row = fc.record({
    text: anyText,
    number: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    vector: fc.float32Array({ maxLength: 40, noNaN: true }),
  });
  const rows = fc.array(row, { minLength: 1, maxLength: 30 });
  const check = async (some: Row[]) => {
    expect(await throughTheEngine(some)).toEqual(expected(some));
  };
  await fc.assert(fc.asyncProperty(rows, check), { numRuns: 15 });
});

it('the engine reads back hostile texts, and lengths of one, two and three bytes', async () => {
  const lengths = [0, 127, 128, 16_383, 16_384];
  const rows = [...hostileTexts, ...lengths.map((length) => 'x'.repeat(length))].map((text, number) => {
    const vector = Float32Array.from({ length: lengths[number] ?? 1 }, (_, index) => index / 3);
    return { text, number, vector };
  });
  expect(await throughTheEngine(rows)).toEqual(expected(rows));
});

it('a vector may be a part of a larger one', async () => {
  const rows = [{ text: 'part', number: 1, vector: Float32Array.of(1, 2, 3, 4).subarray(1, 3) }];
  expect(await throughTheEngine(rows)).toEqual(expected(rows));
});

it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses %d, which is no UInt32, and names the column', (number) => {
  const encode = () => encodeRowBinary(columns, [{ text: '', number, vector: new Float32Array(1) }]);
  expect(encode).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('number') }),
  );
});
