import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram } from '../store/child.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';
import { type Command, countsOf, runImport, startImport } from './command.ts';

const header = 'id,prompt,url,width,height,source_site\n';

let folder: TemporaryFolder;
let data: string;
let file: string;
const running: Command[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  data = path.join(folder.folder, 'data');
  file = path.join(folder.folder, 'prompts.csv');
});
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  folder.remove();
});

const run = (...parameters: string[]) => runImport(data, ...parameters);
const start = (...parameters: string[]) => {
  const command = startImport(data, ...parameters);
  running.push(command);
  return command;
};

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => `id${index},a cat number ${index},,1,1,s\n`).join('');

// Each runs whole programs, which a busy machine lets wait.
describe('npm run import', { timeout: 300_000 }, () => {
  it('imports a file, keeps its bad rows aside, and skips what is there the next time', async () => {
    writeFileSync(file, `${header}${rows(30)},"no ""id""",u,1,1,s\nx,,u,1,1,s\ny, A cat   number 7,,1,1,s\n`);
    const first = await run(file);
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /Done: 30 imported, 0 skipped as already there, 1 skipped as duplicates, 2 rejected, \d+ rows\/s/,
      ),
    });
    const rejected = path.join(folder.folder, 'prompts.rejected.csv');
    expect(first.output).toContain(rejected);
    expect(first.output).toContain('rejected: 1 x it has no id');
    expect(readFileSync(rejected, 'utf8')).toBe(
      'line,reason,row\n"32","it has no id",",""no """"id"""""",u,1,1,s"\n"33","its prompt is empty","x,,u,1,1,s"\n',
    );
    writeFileSync(file, `${header}${rows(40)}`);
    const second = await run(file, '--limit', '35');
    expect(second).toMatchObject({
      code: 0,
      output: expect.stringContaining(
        'Done: 5 imported, 30 skipped as already there, 0 skipped as duplicates, 0 rejected',
      ),
    });
    expect(existsSync(rejected)).toBe(false);
  });

  it('takes several files, and columns of other names', async () => {
    const lines = path.join(folder.folder, 'more.jsonl');
    writeFileSync(file, 'text\na cat\na dog\n');
    writeFileSync(lines, '{"text":"A  DOG"}\n{"text":"a bird"}\n');
    const { code, output } = await run(file, lines, '--columns', 'prompt=text');
    expect(code).toBe(0);
    expect(output).toContain('Done: 2 imported');
    expect(output).toContain('Done: 1 imported, 1 skipped as already there');
    expect(await countsOf(data)).toMatchObject({ prompts: 3 });
  });

  it('stops on Ctrl-C with what is embedded stored, and goes on there when it is run again', async () => {
    writeFileSync(file, `${header}${rows(12_000)}`);
    const command = start(file);
    await command.said('rows/s');
    command.child.kill('SIGINT');
    expect(await command.ended).toBe(130);
    const [, imported = Number.NaN] = /Stopped: (\d+) imported/.exec(command.output())?.map(Number) ?? [];
    expect(imported % 1_024).toBe(0);
    expect(imported).toBeLessThan(12_000);
    expect(await countsOf(data)).toMatchObject({ prompts: imported });
    const next = await run(file, '--limit', String(imported + 100));
    expect(next.output).toContain(`goes on after ${imported} rows`);
    expect(next.output).toContain(`Done: ${imported + 100} imported, 0 skipped as already there`);
  });

  it('says how while another import has the database', async () => {
    writeFileSync(file, `${header}${rows(1)}`);
    const holder = startProgram(new URL('../store/programs/hold.ts', import.meta.url), data);
    expect(await holder.line()).toBe('open');
    const refused = await run(file);
    await holder.kill();
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/is in use by another program[\s\S]*Stop that one first \(a running bot/);
    expect(refused.output).not.toMatch(/\n\s+at /);
    expect((await run(file)).output).toContain('Done: 1 imported');
  });

  it('tells what is wrong with its arguments or the file, without a stack', async () => {
    for (const [parameters, words] of [
      [[], 'Usage: npm run import -- FILE|URL...'],
      [[file], "can't be read"],
    ] as const) {
      const { code, output } = await run(...parameters);
      expect(code).toBe(1);
      expect(output).toContain(words);
      expect(output).not.toMatch(/\n\s+at /);
    }
    writeFileSync(file, 'name,text\n1,a cat\n');
    expect(await run(file)).toMatchObject({ code: 1, output: expect.stringContaining('no column prompt') });
  });
});
