import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startClickHouse } from '../fakes/clickhouse/server.ts';
import { startImport } from '../importer/command.ts';
import { apiOf } from './api.ts';
import { startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

it('the bot answers searches while it does an import', { timeout: 300_000 }, async () => {
  const folder = await usedFolder();
  const program = await startProgram(folder);
  onTestFinished(async () => void (await program.end('SIGKILL')));
  const file = path.join(folder, 'prompts.csv');
  const rows = Array.from({ length: 2_000 }, (_, index) => `row-${index},a red castle in the clouds number ${index}`);
  writeFileSync(file, `id,prompt\n${rows.join('\n')}\n`);
  const command = startImport(path.join(folder, 'data'), file);
  await command.said('The bot is running; it does the import.');
  let ended = false;
  const end = command.ended.then((code) => {
    ended = true;
    return code;
  });
  let answers = 0;
  while (!ended) {
    // Throws for anything but an answer.
    const { matches } = await apiOf(program).read<{ matches: unknown[] }>(
      `/api/search?limit=3&text=castle%20${answers}`,
    );
    expect(matches).toHaveLength(3);
    answers += 1;
  }
  expect(await end).toBe(0);
  expect(command.output()).toContain('Done: 2000 imported');
  expect(answers).toBeGreaterThan(1);
});

it('the bot stops on SIGTERM though its indexes are still being loaded', { timeout: 300_000 }, async () => {
  const folder = await usedFolder();
  const server = await startClickHouse({ folder: path.join(folder, 'server') });
  onTestFinished(server.close);
  // An index that takes for ever to load: the first search of it gets no answer.
  server.faults.add('silence', /FROM prompts ORDER BY distance LIMIT/);
  const program = await startProgram(folder, { CLICKHOUSE_URL: server.url });
  onTestFinished(async () => void (await program.end('SIGKILL')));
  await expect.poll(() => server.faults.count(), { timeout: 120_000 }).toBe(1);
  expect(await program.end('SIGTERM')).toBe(0);
  expect(program.output()).not.toContain('could not be loaded ahead');
});
