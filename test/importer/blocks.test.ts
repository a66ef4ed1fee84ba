import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { noCounts } from '../../src/importer/counts.ts';
import { expectRows } from '../../src/importer/expected-rows.ts';
import { type FileImport, importFile } from '../../src/importer/import-file.ts';
import { openReader } from '../../src/importer/open-reader.ts';
import { nextEmbedder, nextPictures } from '../reembed/next-model.ts';
import { temporaryFolder } from '../store/folders.ts';
import { sourceOf } from './reading.ts';

const rowsOfFile = (count: number) =>
  Buffer.from(`id,prompt,url\n${Array.from({ length: count }, (_, index) => `${index},a cat ${index},u\n`).join('')}`);

/** Imports so many rows into a store that only notes what it is asked. */
async function importing(count: number, changes: Partial<FileImport> & { size?: number | undefined }) {
  const asked = { begun: [] as number[], images: [] as number[], rows: [] as number[] };
  const bytes = rowsOfFile(count);
  const source = { ...sourceOf('p.csv', bytes), ...('size' in changes && { size: changes.size }) };
  await importFile({
    reader: await openReader(source, {}),
    embedder: nextEmbedder,
    store: {
      async importPairs(rows) {
        asked.rows.push(rows.length);
        return { imported: rows.length, skipped: 0 };
      },
      async importImages(rows) {
        asked.images.push(rows.length);
        return { imported: rows.length, skipped: 0 };
      },
      knownImageIds: async () => new Set<string>(),
      async beginBulkLoad({ rows }) {
        asked.begun.push(rows);
        return rows >= 20_000;
      },
    },
    known: { meet: () => 'new' },
    pictures: { ...nextPictures, embeds: false, of: async (url) => ({ url }) },
    checkpoint: {
      load: async () => ({ next: undefined, counts: noCounts, rejectedBytes: 0 }),
      save: async () => undefined,
      remove: async () => undefined,
    },
    from: { next: undefined, counts: noCounts, rejectedBytes: 0 },
    rejected: { path: () => '', add: async () => 0 },
    expectedRows: ({ read }) => read,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...changes,
  });
  return asked;
}

it('pictures of rows that are stored are stored in blocks as rows are', async () => {
  const { images, rows } = await importing(3_000, {
    known: { meet: () => 'id' },
    pictures: nextPictures,
    blockRows: 1_200,
  });
  expect(images.reduce((sum, count) => sum + count, 0)).toBe(3_000);
  expect(Math.max(...images)).toBeLessThanOrEqual(1_200);
  expect(rows.every((count) => count === 0)).toBe(true);
});

it('a bulk load begins as soon as the rows that were read are many, whatever the file told of its size', async () => {
  const { begun } = await importing(30_000, { size: undefined });
  expect(begun[0]).toBeLessThan(20_000);
  expect(begun.filter((rows) => rows >= 20_000)).toHaveLength(1);
});

it('many small files are expected to be as many rows as one large file', async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  mkdirSync(folder, { recursive: true });
  const files = Array.from({ length: 10 }, (_, index) => path.join(folder, `part-${index}.csv`));
  for (const file of files) writeFileSync(file, 'x'.repeat(1_000));
  const [first = '', second = ''] = files;

  const expected = await expectRows(files);
  expect(expected.of(first, { read: 1_000, resumed: 0, share: 0.5 })).toBe(20_000);
  expect(expected.of(first, { read: 2_000, resumed: 0, share: 1 })).toBe(20_000);
  expect(expected.of(second, { read: 1_500, resumed: 0, share: 0.5 })).toBe(2_000 + 9 * 3_000);
  expect(expected.of(second, { read: 1_500, resumed: 0, share: undefined })).toBe(3_500);
  expect((await expectRows(files)).of(second, { read: 1_500, resumed: 500, share: 0.5 })).toBe(9 * 3_000 - 500);
  expect((await expectRows(files, 100)).of(first, { read: 100, resumed: 0, share: 0.5 })).toBe(1_000);
  const web = await expectRows(['https://h/a.csv', 'https://h/b.csv']);
  web.of('https://h/a.csv', { read: 15_000, resumed: 0, share: undefined });
  expect(web.of('https://h/b.csv', { read: 7_000, resumed: 0, share: undefined })).toBe(22_000);
});
