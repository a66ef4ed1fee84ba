import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { copyOfTiny, tinyFolder } from '../embedder/weights-fixtures.ts';
import { allRows, endOf, runImport, startCommand } from '../importer/command.ts';
import { temporaryFolder } from '../store/folders.ts';

it('npm run reembed stops on Ctrl-C, leaves the database as it was, and goes on when it is run again', {
  timeout: 600_000,
}, async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const [data, file] = [path.join(folder, 'data'), path.join(folder, 'prompts.csv')];
  const rows = Array.from({ length: 5_000 }, (_, index) => `id${index},a cat on a sofa in the rain number ${index}`);
  writeFileSync(file, `id,prompt\n${rows.join('\n')}`);
  expect((await runImport(data, file)).code).toBe(0);
  const before = await allRows(data);
  const tokenizer = readFileSync(path.join(tinyFolder, 'tokenizer.json'), 'utf8');
  const model = await copyOfTiny({ 'tokenizer.json': tokenizer.replace('"cat</w>":', '"cat\u0000</w>":') });
  const start = () => startCommand('reembed/main.ts', data, ['--model', model]);

  const stopped = start();
  await stopped.said('rows to embed');
  stopped.child.kill('SIGINT');
  expect(await stopped.ended).toBe(130);
  expect(stopped.output()).toContain('Stopped. Run the same command again to go on.');
  expect(stopped.output()).not.toMatch(/\n\s+at /);
  expect(await allRows(data)).toEqual(before);

  expect(await endOf(start())).toMatchObject({ code: 0, output: expect.stringContaining('Done: the vectors') });
  const { prompts } = await allRows(data);
  expect(prompts.map(({ hash: _, ...row }) => row)).toEqual(before.prompts.map(({ hash: _, ...row }) => row));
  expect(prompts.filter(({ hash }, index) => hash === before.prompts[index]?.hash)).toEqual([]);
});
