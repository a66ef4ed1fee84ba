import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createConnection } from '../../src/store/connection.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { copyOfTiny, tinyFolder } from '../embedder/weights-fixtures.ts';
import { allRows, endOf, runImport, startCommand } from '../importer/command.ts';
import { temporaryFolder } from '../store/folders.ts';

const { folder, remove } = temporaryFolder();
afterAll(() => remove());

const rows = (count: number) => {
  const words = 'cat dog castle mountain river portrait city forest night sunset'.split(' ');
  const prompt = (index: number) =>
    Array.from({ length: 1 + (index % 23) }, (_, place) => words[(index * 7 + place * 3) % 10]).join(' ');
  return Array.from({ length: count }, (_, index) => `id${index},"${prompt(index)}, number ${index}"`).join('\n');
};

/** The bundled weights with a tokenizer that confuses two words: other vectors, under another fingerprint. */
async function otherModel(): Promise<string> {
  const tokenizer = readFileSync(path.join(tinyFolder, 'tokenizer.json'), 'utf8');
  const swapped = tokenizer
    .replace('"cat</w>":', '"\u0000":')
    .replace('"dog</w>":', '"cat</w>":')
    .replace('"\u0000":', '"dog</w>":');
  expect(swapped).not.toBe(tokenizer);
  return copyOfTiny({ 'tokenizer.json': swapped });
}

async function halfDone(dataDir: string): Promise<number> {
  const connection = createConnection(await connectChdb(path.join(dataDir, 'chdb')));
  try {
    const [found] = await connection.read('SELECT count() AS count FROM prompts_next', {
      row: z.object({ count: z.coerce.number() }),
    });
    return found?.count ?? 0;
  } catch {
    return 0;
  } finally {
    await connection.close();
  }
}

/** The engine removes folders while they are read: then once more. */
function namesBelow(folder: string): string[] {
  for (;;) {
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' });
    } catch {}
  }
}

/** Blocks of rows on the disk, of all tables. */
function blocksIn(dataDir: string): number {
  const names = namesBelow(path.join(dataDir, 'chdb', 'store'));
  return names.filter((name) => name.endsWith('count.txt') && !name.includes('tmp_')).length;
}

it('npm run reembed ends with exactly the same rows after kill -9 at any moments', { timeout: 1_800_000 }, async () => {
  const file = path.join(folder, 'prompts.csv');
  writeFileSync(file, `id,prompt\n${rows(9_000)}`);
  const [whole, killed] = [path.join(folder, 'whole'), path.join(folder, 'killed')];
  expect((await runImport(whole, file)).code).toBe(0);
  cpSync(whole, killed, { recursive: true });
  const imported = await allRows(whole);
  const model = await otherModel();
  const start = (dataDir: string) => startCommand('reembed/main.ts', dataDir, ['--model', model]);

  const done = await endOf(start(whole));
  expect(done).toMatchObject({
    code: 0,
    output: expect.stringContaining(`Set CLIP_MODEL=${model} before the next start.`),
  });
  const expected = await allRows(whole);
  const changed = expected.prompts.filter(({ hash }, index) => hash !== imported.prompts[index]?.hash);
  expect(changed.length).toBeGreaterThan(1_000);
  expect(expected.prompts.map(({ hash: _, ...row }) => row)).toEqual(
    imported.prompts.map(({ hash: _, ...row }) => row),
  );

  const states: number[] = [];
  // Blocks that it has stored, and milliseconds from there.
  for (const [blocks, moment] of [
    [1, 0],
    [2, 100],
    [1, 400],
  ] as const) {
    const command = start(killed);
    await Promise.race([command.ended, command.said('rows to embed')]);
    const before = blocksIn(killed);
    while (command.child.exitCode === null && blocksIn(killed) < before + blocks) await sleep(5);
    await sleep(moment);
    command.child.kill('SIGKILL');
    await command.ended;
    states.push(await halfDone(killed));
  }
  expect(states.some((count) => count > 0 && count < 9_000)).toBe(true);
  expect(await endOf(start(killed))).toMatchObject({ code: 0 });
  expect(await allRows(killed)).toEqual(expected);
  expect(await endOf(start(killed))).toMatchObject({ code: 1, output: expect.stringContaining('already') });
});
