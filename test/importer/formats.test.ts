import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseColumns } from '../../src/importer/columns.ts';
import { openReader } from '../../src/importer/open-reader.ts';
import { parquetReader } from '../../src/importer/parquet.ts';
import { parquetFile, zstd } from './fixtures.ts';
import { readFile, recordsOf, rejectedOf, resumedEverywhere, rowsOf, sourceOf } from './reading.ts';

const csv = 'id,prompt\n1,a cat\n2,a dog\n';
const jsonl = '{"id":1,"prompt":"a cat"}\n{"id":"2","prompt":"a dog"}';
const parquet = parquetFile(
  "SELECT toString(number + 1) AS id, ['a cat', 'a dog'][number + 1] AS prompt FROM numbers(2)",
);

describe('a file', () => {
  const cases: [string, Uint8Array | string][] = [
    ['x.csv', csv],
    ['x.jsonl', jsonl],
    ['x.ndjson', jsonl],
    ['x.parquet', parquet],
    ['x.csv.gz', gzipSync(csv)],
    ['x.jsonl.zst', zstd(jsonl)],
    ['x.csv.zst', zstd(csv)],
    ['https://host/x.jsonl.gz?download=true', gzipSync(jsonl)],
    ['csv without a suffix', csv],
    ['jsonl without a suffix', `\ufeff \n${jsonl}`],
    ['parquet without a suffix', parquet],
    ['packed csv without a suffix', gzipSync(csv)],
    ['packed jsonl without a suffix', zstd(jsonl)],
    ['unpacked on the way.csv.gz', csv],
  ];

  it.each(cases)('is read by its name or its first bytes: %s', async (name, bytes) => {
    const rows = rowsOf(await readFile(name, bytes));
    expect(rows.map(({ id, prompt }) => [id, prompt])).toEqual([
      ['1', 'a cat'],
      ['2', 'a dog'],
    ]);
  });

  it.each([
    ['gzip', gzipSync(csv.repeat(5_000)).subarray(0, 300)],
    ['zstd', zstd(csv.repeat(5_000)).subarray(0, 30)],
  ])('that is cut off says so: %s', async (_, bytes) => {
    await expect(readFile('x.csv', bytes)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('cut off or damaged'),
    });
  });

  it('that is no Parquet says so', async () => {
    await expect(readFile('x.parquet', parquet.subarray(0, -20))).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each([
    ['x.csv.gz', gzipSync(csv + '3,a bird\n'.repeat(50))],
    ['x.jsonl.zst', zstd(`${jsonl}\n{"id":"3","prompt":"a\\n猫"}\n\nno json\n`.repeat(20))],
    ['x.jsonl', `${jsonl}\n[]\n`.repeat(20)],
  ])('is read on from any of its records: %s', async (name, bytes) => {
    const tried = await resumedEverywhere(() => openReader(sourceOf(name, Buffer.from(bytes), 50), {}));
    expect(tried).toBeGreaterThan(30);
  });
});

describe('JSON lines', () => {
  it('that are no objects, or too long to be one, are told by line', async () => {
    const records = await readFile('x.jsonl', `${jsonl}\n\n[1]\n{"id":3}\n{"id":4,"prompt":"x"\n`);
    expect(rejectedOf(records)).toEqual([
      { line: 4, reason: 'it is not a JSON object', raw: '[1]' },
      { line: 5, reason: 'its prompt is empty', raw: '{"id":3}' },
      { line: 6, reason: 'it is not a JSON object', raw: '{"id":4,"prompt":"x"' },
    ]);
    const long = await readFile('x.jsonl', `${jsonl}\n${'x'.repeat(2_000_000)}\n{"prompt":"after"}`);
    expect(rowsOf(long).at(-1)).toMatchObject({ prompt: 'after' });
    expect(rejectedOf(long)).toMatchObject([{ line: 3, reason: 'it is longer than 1 MB' }]);
  });
});

describe('Parquet', () => {
  /** The columns of DiffusionDB's metadata.parquet. */
  const diffusionDb = (rows: number, settings: string) =>
    parquetFile(
      `SELECT concat('image-', toString(number), '.png') AS image_name, concat('a cat, number ', toString(number)) AS prompt, toUInt16(1) AS part_id,
  toUInt32(number) AS seed, toUInt16(50) AS step, toFloat32(7) AS cfg, toUInt8(8) AS sampler, toUInt16(512) AS width, toUInt16(768) AS height,
  'someone' AS user_name, toDateTime64(0, 3, 'UTC') AS timestamp, 0.1 AS image_nsfw, 0.2 AS prompt_nsfw FROM numbers(${rows})`,
      settings,
    );

  it('of DiffusionDB gives ids by --columns id=image_name, or stable ones of its own', async () => {
    const bytes = diffusionDb(3, "output_format_parquet_compression_method = 'snappy'");
    const named = rowsOf(await readFile('metadata.parquet', bytes, parseColumns('id=image_name')));
    expect(named[2]).toEqual({
      id: 'image-2.png',
      prompt: 'a cat, number 2',
      url: '',
      width: 512,
      height: 768,
      sourceSite: '',
    });
    const [one] = rowsOf(await readFile('metadata.parquet', bytes));
    const [same] = rowsOf(await readFile('x.csv', 'prompt\n"  A cat,   number 0"\n'));
    expect(one?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(same?.id).toBe(one?.id);
  });

  it.each(['none', 'snappy', 'gzip', 'zstd', 'lz4', 'brotli'])(
    'compressed with %s is read in parts, and on from any row',
    async (method) => {
      const settings = `output_format_parquet_compression_method = '${method}', output_format_parquet_row_group_size = 40`;
      const bytes = diffusionDb(100, settings);
      expect(rowsOf(await readFile('x.parquet', bytes, { id: 'image_name' })).map(({ id }) => id)).toEqual(
        Array.from({ length: 100 }, (_, index) => `image-${index}.png`),
      );
      expect(await resumedEverywhere(() => openReader(sourceOf('x.parquet', bytes), {}), 9)).toBe(12);
    },
  );

  it('is read row group by row group, and only the columns that are wanted', async () => {
    const bytes = parquetFile(
      'SELECT toString(number) AS prompt, randomPrintableASCII(1000) AS ballast FROM numbers(20000)',
      'output_format_parquet_row_group_size = 1000, output_format_parquet_max_dictionary_size = 0',
    );
    const source = sourceOf('x.parquet', bytes);
    const rows = (await openReader(source, {})).read();
    await rows.next();
    expect(bytes.length).toBeGreaterThan(15_000_000);
    expect(source.taken()).toBeLessThan(1_500_000);
    await rows.return(undefined);
  });

  it.each([0, 1])('of one row group is read in parts, index of pages or not: %i', async (pageIndex) => {
    const rows = 20_000;
    const bytes = parquetFile(
      `SELECT concat('id', toString(number)) AS id, if(number % 1000 = 7, NULL, concat(toString(number), ' ', randomPrintableASCII(200))) AS prompt,
  ['one', 'two', NULL][number % 3 + 1] AS source_site, repeat('long', 3000) AS ballast FROM numbers(${rows})`,
      `output_format_parquet_row_group_size = 1000000, output_format_parquet_data_page_size = 20000, output_format_parquet_write_page_index = ${pageIndex}`,
    );
    const source = sourceOf('x.parquet', bytes, 1_000);
    const reader = await parquetReader(source, ['id', 'prompt', 'source_site'], { sliceRows: 3_000 });
    const opened = source.taken();
    const first = reader.read();
    await first.next();
    const whole = rows * 150;
    expect(bytes.length).toBeGreaterThan(whole);
    expect(source.taken() - opened).toBeLessThan(whole / 2);
    await first.return(undefined);
    const expected = (index: number) => ({
      id: `id${index}`,
      prompt: index % 1_000 === 7 ? null : expect.stringMatching(new RegExp(`^${index} `)),
      source_site: ['one', 'two', null][index % 3],
    });
    const all = (await Readable.from(reader.read()).toArray()).flat();
    expect(all).toHaveLength(rows);
    for (let index = 0; index < rows; index += 137) {
      expect(all[index]).toMatchObject({ values: expected(index), line: index + 1 });
    }
    for (const position of [2_999, 3_000, 12_345, rows - 1]) {
      const rest = reader.read({ position, line: position + 1 });
      expect((await rest.next()).value?.[0]).toMatchObject({ values: expected(position) });
      await rest.return(undefined);
    }
  });

  it('tells its bad rows by number', async () => {
    const bytes = parquetFile(
      "SELECT toString(number) AS id, if(number = 1, ' ', 'a cat') AS prompt, number AS big FROM numbers(3)",
    );
    expect(rejectedOf(await readFile('x.parquet', bytes))).toEqual([
      { line: 2, reason: 'its prompt is empty', raw: '{"id":"1","prompt":" "}' },
    ]);
  });
});

describe('--columns', () => {
  it('reads prompt, url and the rest from columns of other names, in any case', async () => {
    const names = parseColumns('prompt=Text, URL=image_url');
    const [row] = rowsOf(await readFile('x.csv', 'id,TEXT,image_url,prompt\n7,a cat,https://p/1,no\n', names));
    expect(row).toMatchObject({ id: '7', prompt: 'a cat', url: 'https://p/1' });
  });

  it('says what is wrong with it', async () => {
    for (const text of ['', 'prompt', 'text=prompt', 'prompt=', 'prompt=a,,']) {
      expect(() => parseColumns(text)).toThrow(/--columns takes pairs/);
    }
    await expect(readFile('x.csv', csv, { url: 'image' })).rejects.toMatchObject({
      message: expect.stringContaining('no column image; its columns are id, prompt'),
    });
  });

  it('reads the rows of JSON by their own names, each', async () => {
    const records = await recordsOf(
      await openReader(
        sourceOf('x.jsonl', Buffer.from('{"prompt":"a"}\n{"id":5,"prompt":"b"}\n{"id":"","prompt":"c"}')),
        {},
      ),
    );
    expect(rowsOf(records).map(({ id }) => id)).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), '5']);
    expect(rejectedOf(records)).toMatchObject([{ line: 3, reason: 'it has no id' }]);
  });
});
