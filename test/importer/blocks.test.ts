import { expect, it } from 'vitest';
import { createBulkLoad } from '../../src/importer/bulk-load.ts';
import { noCounts } from '../../src/importer/counts.ts';
import { type FileImport, importFile } from '../../src/importer/import-file.ts';
import { openReader } from '../../src/importer/open-reader.ts';
import { nextEmbedder, nextPictures } from '../reembed/next-model.ts';
import { sourceOf } from './reading.ts';

const rowsOfFile = (count: number) =>
  Buffer.from(`id,prompt,url\n${Array.from({ length: count }, (_, index) => `${index},a cat ${index},u\n`).join('')}`);

/** Imports so many rows into a store that only notes what it is asked. */
async function importing(count: number, changes: Partial<FileImport>) {
  const asked = { images: [] as number[], rows: [] as number[] };
  await importFile({
    reader: await openReader(sourceOf('p.csv', rowsOfFile(count)), {}),
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
    },
    bulkLoad: { expect: async () => undefined },
    known: { meet: () => 'new' },
    pictures: { ...nextPictures, embeds: false, of: async (url) => ({ url }) },
    checkpoint: {
      load: async () => ({ next: undefined, counts: noCounts, rejectedBytes: 0 }),
      save: async () => undefined,
      remove: async () => undefined,
    },
    from: { next: undefined, counts: noCounts, rejectedBytes: 0 },
    rejected: { path: () => '', add: async () => 0 },
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

it('only new rows count for a bulk load, those of all files, and until it has begun', async () => {
  const asked: number[] = [];
  const bulkLoad = createBulkLoad({
    async beginBulkLoad({ rows }) {
      asked.push(rows);
      return rows >= 2_500;
    },
  });
  await importing(3_000, { bulkLoad, blockRows: 1_024, known: { meet: () => 'id' } });
  expect(asked).toEqual([]);
  for (const rows of [1_000, 1_500, 2_000]) await importing(rows, { bulkLoad });
  expect(asked).toEqual([1_000, 2_500]);
});
