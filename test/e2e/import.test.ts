import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countsOf, runImport, startImport } from '../importer/command.ts';
import { apiOf } from './api.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

let folder: string;
let data: string;
let program: Program;
beforeAll(async () => {
  folder = await usedFolder();
  data = path.join(folder, 'data');
  program = await startProgram(folder);
}, 300_000);
afterAll(() => program.end('SIGKILL'));

function fileOf(name: string, count: number): string {
  const file = path.join(folder, `${name}.csv`);
  const rows = Array.from({ length: count }, (_, index) => `${name}-${index},a red castle of ${name}; number ${index}`);
  writeFileSync(file, `id,prompt\n${rows.join('\n')}\n,\n`);
  return file;
}

/** Rows that take the fastest machine some seconds: what is stopped is under way. */
const longEnough = 60_000;

/** Resolves once the bot has stored its third block of 1,024 rows: the second one's checkpoint came before. */
async function untilStored(name: string): Promise<void> {
  while (!(await found(`a red castle of ${name}; number 2500`)).includes(`${name}-2500`))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

const found = async (text: string) => {
  const { matches } = await apiOf(program).read<{ matches: { id: string; prompt: string }[] }>(
    `/api/search?limit=5&text=${encodeURIComponent(text)}`,
  );
  return matches.map(({ id }) => id);
};

describe('npm run import while the bot has the database', () => {
  it('hands the work to the bot, shows its progress, and searches find the rows at once', {
    timeout: 400_000,
  }, async () => {
    const file = fileOf('first', 2_000);
    const { code, output } = await runImport(data, file);
    expect(output).toMatch(/^The bot is running; it does the import\.\n/);
    expect(output).toContain('Done: 2000 imported, 0 skipped as already there, 0 skipped as duplicates, 1 rejected');
    expect(code).toBe(0);
    expect(readFileSync(path.join(folder, 'first.rejected.csv'), 'utf8')).toContain('"2002"');
    expect(await found('a red castle of first; number 1234')).toContain('first-1234');
    const end = /^.*"msg":"an import is done".*$/m.exec(program.output())?.[0] ?? '{}';
    expect(JSON.parse(end)).toMatchObject({ file, imported: 2_000, rejected: 1, seconds: expect.any(Number) });
  });

  it('lets nobody in who has not the token, which only the owner can read', async () => {
    const file = path.join(data, 'work-server.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { port } = JSON.parse(readFileSync(file, 'utf8')) as { port: number };
    const asked = { files: [file], images: false, columns: {}, allowHosts: [] };
    for (const authorization of ['', 'Bearer ', `Bearer ${'0'.repeat(64)}`]) {
      const answer = await fetch(`http://127.0.0.1:${port}/import`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify(asked),
      });
      expect(answer.status).toBe(403);
    }
  });

  it('tells a fault in the file as if it ran here', async () => {
    const file = path.join(folder, 'bad.csv');
    writeFileSync(file, 'id,text\n1,a cat\n');
    expect(await runImport(data, file)).toMatchObject({ code: 1, output: expect.stringContaining('no column prompt') });
  });

  it('stops in the bot on Ctrl-C or kill -9 of the command, and goes on', { timeout: 400_000 }, async () => {
    const file = fileOf('second', longEnough);
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const command = startImport(data, file);
      await command.said(file);
      await untilStored('second');
      command.child.kill(signal);
      const code = await command.ended;
      if (signal === 'SIGINT') expect(code).toBe(130);
    }
    // The bot is at it until it has noticed; then it takes the next.
    const { code, output } = await runImport(data, file, '--limit', '10000');
    expect(output).toMatch(/goes on after [\s\S]*Done: \d{4,} imported/);
    expect(code).toBe(0);
  });

  it('loses nothing when the bot is killed: the command says so, and the next one goes on by itself', {
    timeout: 400_000,
  }, async () => {
    const file = fileOf('third', longEnough);
    const command = startImport(data, file);
    await untilStored('third');
    await program.end('SIGKILL');
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain('run the same command again to go on');
    const { code, output } = await runImport(data, file, '--limit', '10000');
    expect(code).toBe(0);
    expect(output).toContain('goes on after');
    expect(output).not.toContain('The bot is running');
    const { prompts } = await countsOf(data);
    expect(prompts).toBeGreaterThanOrEqual(2_000 + 10_000 + 10_000);
    program = await startProgram(folder);
    expect(await found('a red castle of third; number 5999')).toContain('third-5999');
    expect(readdirSync(data)).toContain('work-server.json');
  });
});
