import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';
import { startProgram } from '../store/child.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';

const header = 'id,prompt,url,width,height,source_site\n';

let data: TemporaryFolder;
let file: string;
const running: ChildProcessByStdio<null, null, Readable>[] = [];

beforeEach(() => {
  data = temporaryFolder();
  file = path.join(data.folder, 'prompts.csv');
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  data.remove();
});

function start(...parameters: string[]) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(packageRoot, 'src/importer/main.ts'), ...parameters],
    {
      env: { PATH: process.env.PATH, DATA_DIR: path.join(data.folder, 'data'), CLIP_MODEL: 'tiny', LOG_LEVEL: 'warn' },
      cwd: packageRoot,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  running.push(child);
  return child;
}

async function run(...parameters: string[]): Promise<{ code: number; output: string }> {
  const child = start(...parameters);
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, output };
}

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => `id${index},a cat number ${index},u,1,1,s\n`).join('');

describe('npm run import', () => {
  it('imports a file, keeps its bad rows aside, and skips what is there the next time', async () => {
    writeFileSync(file, `${header}${rows(30)},"no ""id""",u,1,1,s\nx,,u,1,1,s\n`);
    const first = await run(file);
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Done: 30 imported, 0 skipped as already there, 2 rejected, \d+ rows\/s/),
    });
    const rejected = path.join(data.folder, 'prompts.rejected.csv');
    expect(first.output).toContain(rejected);
    expect(readFileSync(rejected, 'utf8')).toBe(
      'line,reason,row\n"32","it has no id",",""no """"id"""""",u,1,1,s"\n"33","its prompt is empty","x,,u,1,1,s"\n',
    );
    writeFileSync(file, `${header}${rows(40)}`);
    const second = await run(file, '--limit', '35');
    expect(second).toMatchObject({
      code: 0,
      output: expect.stringContaining('Done: 5 imported, 30 skipped as already there, 0 rejected'),
    });
    expect(existsSync(rejected)).toBe(false);
  });

  it('stops on Ctrl-C between two batches, and goes on when it is run again', async () => {
    writeFileSync(
      file,
      `${header},a row without id: its report shows that the import is under way,u,1,1,s\n${rows(9_000)}`,
    );
    const child = start(file);
    const output = text(child.stderr);
    while (!existsSync(path.join(data.folder, 'prompts.rejected.csv'))) await sleep(10);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    const [, imported = Number.NaN] = /Stopped: (\d+) imported/.exec(await output)?.map(Number) ?? [];
    expect(imported % 256).toBe(0);
    expect(imported).toBeLessThan(9_000);
    const next = await run(file, '--limit', String(1 + imported + 100));
    expect(next.output).toContain(`Done: 100 imported, ${imported} skipped as already there, 1 rejected`);
  });

  it('says how while the bot runs on the database', async () => {
    writeFileSync(file, `${header}${rows(1)}`);
    const holder = startProgram(new URL('../store/programs/hold.ts', import.meta.url), path.join(data.folder, 'data'));
    expect(await holder.line()).toBe('open');
    const refused = await run(file);
    await holder.kill();
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/is in use by another program[\s\S]*Stop that one first \(a running bot/);
    expect(refused.output).not.toMatch(/\n\s+at /);
    expect((await run(file)).output).toContain('Done: 1 imported');
  });

  it('tells what is wrong with its arguments or the file, without a stack', async () => {
    for (const parameters of [[], [file], [data.folder], [file, '--limit', 'many'], [file, '--what']]) {
      const { code, output } = await run(...parameters);
      expect(code).toBe(1);
      expect(output).toContain('Usage: npm run import -- FILE.csv');
      expect(output).not.toMatch(/\n\s+at /);
    }
    writeFileSync(file, 'name,text\n1,a cat\n');
    expect(await run(file)).toMatchObject({ code: 1, output: expect.stringContaining('missing: id, prompt') });
  });
});
