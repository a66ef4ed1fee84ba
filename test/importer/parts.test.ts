import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArguments } from '../../src/importer/arguments.ts';
import { loadKnown } from '../../src/importer/known.ts';
import { mapAhead } from '../../src/importer/map-ahead.ts';
import { idOfPrompt, normalisePrompt } from '../../src/importer/prompt-hash.ts';
import type { ImportRecord } from '../../src/importer/records.ts';
import { createRejectedFile, rejectedPaths } from '../../src/importer/rejected.ts';
import { createTextSet } from '../../src/importer/text-set.ts';
import { readWindows } from '../../src/importer/windows.ts';
import { temporaryFolder } from '../store/folders.ts';

const known = (pages: { id: string; prompt: string }[][] = []) =>
  loadKnown({
    async *listCorpus() {
      yield* pages;
    },
  });

describe('a set of texts', () => {
  it('is a set, at any size', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3_000 }), (texts) => {
        const set = createTextSet();
        const truth = new Set<string>();
        for (const text of texts) {
          expect(set.has(text)).toBe(truth.has(text));
          expect(set.add(text)).toBe(!truth.has(text));
          truth.add(text);
        }
        expect(set.size).toBe(truth.size);
      }),
      { numRuns: 30 },
    );
  });

  it('holds a million texts in some 30 MB', { timeout: 120_000 }, () => {
    const set = createTextSet();
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 1_000_000; index++) set.add(`a cat, number ${index}`);
    expect(set.size).toBe(1_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
  });
});

describe('prompts', () => {
  it('are one when only case and spaces differ, also by their id', () => {
    expect(normalisePrompt('  A\n CAT,\u00a0asleep ')).toBe('a cat, asleep');
    expect(idOfPrompt('A  Cat')).toBe(idOfPrompt('a cat'));
    expect(idOfPrompt('a cat')).not.toBe(idOfPrompt('a cat.'));
  });

  it('are met once, in the database or in the file', async () => {
    const { meet } = await known([[{ id: 'old', prompt: 'A cat' }]]);
    expect(meet({ id: 'old', prompt: 'another' })).toBe('id');
    expect(meet({ id: 'new', prompt: 'a  CAT' })).toBe('prompt');
    expect(meet({ id: 'new', prompt: 'a dog' })).toBe('new');
    expect(meet({ id: 'new', prompt: 'a bird' })).toBe('id');
    expect(meet({ id: 'newer', prompt: 'a dog' })).toBe('prompt');
  });
});

describe('windows', () => {
  const record = (line: number): ImportRecord =>
    line % 5 === 0
      ? { rejected: { line, reason: 'bad', raw: '' } }
      : {
          row: { id: `${line}`, prompt: `prompt ${line % 40}`, url: '', width: 0, height: 0, sourceSite: '' },
          next: { position: line, line: line + 1 },
        };
  const reader = (count: number) => ({
    async *read(from = { position: 0, line: 1 }) {
      for (let line = from.line; line <= count; line++) yield record(line);
    },
  });
  const windowsOf = async (
    from?: { position: number; line: number },
    meets = known(),
    limit = Number.POSITIVE_INFINITY,
  ) => {
    const options = { known: await meets, from, limit, size: 10, onRow: () => undefined };
    const windows = [];
    for await (const window of readWindows(reader(103), options)) windows.push(window);
    return windows;
  };

  it('are the same wherever reading begins, when what came before is known', async () => {
    const all = await windowsOf();
    expect(
      all
        .map(({ fresh, counts, rejected }) => fresh.length + counts.duplicates + rejected.length)
        .reduce((sum, rows) => sum + rows),
    ).toBe(103);
    for (const [index, { next }] of all.entries()) {
      const stored = all.slice(0, index + 1).flatMap(({ fresh }) => fresh);
      expect(await windowsOf(next, known([stored]))).toEqual(all.slice(index + 1));
    }
  });

  it('hold no more rows than the limit, bad ones included', async () => {
    const windows = await windowsOf(undefined, known(), 12);
    expect(windows.flatMap(({ fresh, rejected }) => [...fresh, ...rejected])).toHaveLength(12);
    expect(await windowsOf(undefined, known(), 0)).toEqual([]);
  });
});

describe('mapping ahead', () => {
  const numbers = async function* (taken: number[]) {
    for (let number = 1; number <= 20; number++) {
      taken.push(number);
      yield number;
    }
  };

  it('keeps the order, runs so many at once, and takes no more', async () => {
    const taken: number[] = [];
    let [now, most] = [0, 0];
    const results: number[] = [];
    const mapped = mapAhead(numbers(taken), 3, async (number) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, (number * 7) % 5));
      now -= 1;
      return number * 2;
    });
    for await (const result of mapped) {
      results.push(result);
      expect(taken.length).toBeLessThanOrEqual(results.length + 2);
    }
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => 2 * (index + 1)));
    expect(most).toBe(3);
  });

  it('fails where the failure belongs, after what came before', async () => {
    const results: number[] = [];
    const failing = async () => {
      for await (const result of mapAhead(numbers([]), 4, async (number) => {
        if (number === 3) throw new Error('third');
        return number;
      })) {
        results.push(result);
      }
    };
    await expect(failing()).rejects.toThrow('third');
    expect(results).toEqual([1, 2]);
  });
});

describe('the arguments', () => {
  it('are files, addresses and options', () => {
    const request = readArguments([
      'a.csv',
      'https://h/b.parquet',
      '--images',
      '--limit',
      '7',
      '--columns',
      'prompt=text',
      '--allow-host',
      'nas',
    ]);
    expect(request).toEqual({
      files: [path.resolve('a.csv'), 'https://h/b.parquet'],
      images: true,
      limit: 7,
      columns: { prompt: 'text' },
      allowHosts: ['nas'],
    });
  });

  it.each([[[]], [['a.csv', '--limit', 'many']], [['a.csv', '--limit', '0']], [['a.csv', '--what']]])(
    'show the usage when they are wrong: %s',
    (given) => {
      expect(() => readArguments(given)).toThrow(/^Usage: npm run import/);
    },
  );
});

describe('the file of rejected rows', () => {
  it('lies beside the file, or for one of the web in a folder of ours', () => {
    const hashed = (name: string) =>
      expect.stringMatching(new RegExp(`^/data/${name}\\.[0-9a-f]{8}\\.rejected\\.csv$`));
    expect(rejectedPaths('/x/p.csv', '/data')).toEqual(['/x/p.rejected.csv', hashed('p')]);
    expect(rejectedPaths('/x/p.csv.gz', '/data')).toEqual(['/x/p.csv.gz.rejected.csv', hashed('p\\.csv\\.gz')]);
    expect(rejectedPaths('https://h/a/p.parquet?x=/../../etc', '/data')).toEqual([hashed('p\\.parquet')]);
    expect(rejectedPaths('https://h/', '/data')).toEqual([hashed('import')]);
  });

  it('is another one for each address, whatever the files are called', () => {
    const addresses = ['https://h/a/p.csv', 'https://h/b/p.csv', 'https://h/a/p.csv?v=2', 'https://other/a/p.csv'];
    expect(new Set(addresses.flatMap((address) => rejectedPaths(address, '/data'))).size).toBe(addresses.length);
  });

  it('lies in our folder where that of the file can not be written, and goes on there', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const places = rejectedPaths(path.join(folder, 'p.csv'), path.join(folder, 'imports'));
    // A folder of that name refuses a write as a read-only folder does, to root as well.
    mkdirSync(places[0]);
    const rejected = await createRejectedFile(places, 0);
    const kept = await rejected.add([{ line: 2, reason: 'r', raw: 'a' }]);
    await rejected.add([{ line: 3, reason: 'lost', raw: 'b' }]);
    expect(rejected.path()).toBe(places[1]);
    const resumed = await createRejectedFile(places, kept);
    await resumed.add([{ line: 3, reason: 'r', raw: 'b' }]);
    expect(readFileSync(resumed.path(), 'utf8')).toBe('line,reason,row\n"2","r","a"\n"3","r","b"\n');
    const anew = await createRejectedFile(places, 0);
    mkdirSync(places[1] ?? '');
    await expect(anew.add([{ line: 2, reason: 'r', raw: 'a' }])).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/can't be written/),
    });
  });
});
