import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../store/folders.ts';
import { allRows, runImport, startImport } from './command.ts';

const { folder, remove } = temporaryFolder();
afterAll(() => remove());

/** Rows with bad ones, doubles and prompts of all lengths, more than are stored as one block. */
function rows(count: number): string {
  const words = 'cat dog castle mountain river portrait city forest night sunset'.split(' ');
  return Array.from({ length: count }, (_, index) => {
    if (index % 501 === 500) return ',no id,,1,1,s';
    if (index % 97 === 96) return `again${index},"${words[3]}, number 5",,1,1,s`;
    const prompt = Array.from({ length: 1 + (index % 23) }, (_, place) => words[(index * 7 + place * 3) % 10]).join(
      ' ',
    );
    return `id${index},"${prompt}, number ${index}",,${index % 900},1,s`;
  }).join('\n');
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

async function untilGrown(file: string, size: number): Promise<void> {
  while (sizeOf(file) <= size) await sleep(2);
}

it('ends with exactly the same rows after kill -9 at any moments', { timeout: 900_000 }, async () => {
  const file = path.join(folder, 'prompts.csv.gz');
  writeFileSync(file, gzipSync(`id,prompt,url,width,height,source_site\n${rows(12_000)}`));
  const whole = path.join(folder, 'whole');
  expect((await runImport(whole, file)).code).toBe(0);
  const rejectedFile = `${file}.rejected.csv`;
  const rejected = readFileSync(rejectedFile, 'utf8');
  rmSync(rejectedFile);

  const killed = path.join(folder, 'killed');
  let kills = 0;
  // Milliseconds from the moment it begins to read; `stored`: when a block is in the database and its checkpoint is perhaps not.
  for (const moment of [300, 'stored', 1_100, 700] as const) {
    const command = startImport(killed, file);
    const before = sizeOf(rejectedFile);
    await command.said(file);
    const due = moment === 'stored' ? untilGrown(rejectedFile, before) : sleep(moment);
    await Promise.race([command.ended, due]);
    if (command.child.exitCode === null) kills += 1;
    command.child.kill('SIGKILL');
    await command.ended;
  }
  expect((await runImport(killed, file)).code).toBe(0);
  expect(kills).toBeGreaterThan(2);
  expect(await allRows(killed)).toEqual(await allRows(whole));
  expect(readFileSync(rejectedFile, 'utf8')).toBe(rejected);
});
