import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { loadKnown } from '../src/importer/known.ts';
import { openReader } from '../src/importer/open-reader.ts';
import { openFile } from '../src/importer/source.ts';
import { readWindows } from '../src/importer/windows.ts';
import { promptOf } from './import-prompts.ts';

const windowRows = 1_024;

/** Reading and deduplicating a CSV file alone: how much memory that takes beyond what the process had, at a quarter and at most. */
export async function reading(folder: string, rows: number): Promise<Record<string, number>> {
  const file = path.join(folder, 'reading.csv');
  await writePrompts(file, rows);
  const megabytes = (await stat(file)).size / 1e6;
  const reader = await openReader(await openFile(file), {});
  const known = await loadKnown({ async *listCorpus() {} });
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const grown: number[] = [];
  const options = { known, from: undefined, limit: Number.POSITIVE_INFINITY, size: windowRows, onRow: () => undefined };
  for await (const _ of readWindows(reader, options)) grown.push((process.memoryUsage().rss - before) / 1e6);
  const seconds = (performance.now() - start) / 1_000;
  return {
    'reading: rows': rows,
    'reading: file, MB': Math.round(megabytes),
    'reading: MB/s': Math.round(megabytes / seconds),
    'reading: memory after a quarter, MB': Math.round(grown[Math.floor(grown.length / 4)] ?? 0),
    'reading: memory at most, MB': Math.round(Math.max(...grown)),
  };
}

/** A file of different prompts, written without holding it. */
export async function writePrompts(file: string, rows: number): Promise<void> {
  await pipeline(function* () {
    yield 'prompt\n';
    for (let index = 0; index < rows; index++) yield `"${promptOf(index)} ${index}"\n`;
  }, createWriteStream(file));
}
