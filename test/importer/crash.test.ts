import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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
  let resumed = 0;
  for (const moment of [300, 1_100, 2_700, 500, 4_000, 900]) {
    const command = startImport(killed, file);
    // From the moment it begins to read; later than any clock a busy machine could be late by, there is still work to do.
    const begun = await Promise.race([command.said(file).then(() => true), command.ended.then(() => false)]);
    if (!begun) break;
    await Promise.race([command.ended, new Promise((resolve) => setTimeout(resolve, moment))]);
    if (command.output().includes('goes on after')) resumed += 1;
    if (command.child.exitCode !== null) break;
    command.child.kill('SIGKILL');
    await command.ended;
    kills += 1;
  }
  const last = await runImport(killed, file);
  expect(last.code).toBe(0);
  expect(kills).toBeGreaterThan(2);
  if (last.output.includes('goes on after')) resumed += 1;
  expect(resumed).toBeGreaterThan(0);
  expect(await allRows(killed)).toEqual(await allRows(whole));
  expect(readFileSync(rejectedFile, 'utf8')).toBe(rejected);
});
