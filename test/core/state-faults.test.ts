import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openState } from '../../src/state.ts';
import { type Child, startProgram } from '../store/child.ts';

const holdProgram = new URL('./programs/hold-state.ts', import.meta.url);
const children: Child[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
});

function hold(folder: string): Child {
  const child = startProgram(holdProgram, folder);
  children.push(child);
  return child;
}

const newFolder = () => mkdtempSync(path.join(tmpdir(), 'state-faults-'));

async function filledFolder(): Promise<string> {
  const folder = newFolder();
  const state = openState(folder);
  await state.durably(() => {
    for (let index = 0; index < 500; index++) state.table('numbers').put(String(index), 'x'.repeat(200));
  });
  await state.close();
  return folder;
}

describe('the state', () => {
  it('serves one process at a time, and names the one that has it', async () => {
    const folder = newFolder();
    const holder = hold(folder);
    expect(await holder.line()).toBe('open');
    const answer = await hold(path.relative(process.cwd(), folder)).line();
    expect(answer).toMatch(/^database_locked: .*process \d+.*Stop that one first, or set DATA_DIR/);
    expect(answer).toContain(`The folder ${folder} is`);
  });

  it('is free at once when its process was killed', async () => {
    const folder = newFolder();
    const holder = hold(folder);
    expect(await holder.line()).toBe('open');
    await holder.kill();
    expect(await hold(folder).line()).toBe('open');
  });

  it('goes to one of two that start at the same moment', async () => {
    const folder = newFolder();
    const answers = await Promise.all([hold(folder).line(), hold(folder).line()]);
    expect(answers.filter((answer) => answer === 'open')).toHaveLength(1);
  });

  it.each([
    ['cut off', (file: string) => truncateSync(file, 3 * 4096)],
    ['cut off within its headers', (file: string) => truncateSync(file, 5000)],
    ['overwritten', (file: string) => writeFileSync(file, 'no database at all '.repeat(1000))],
    ['damaged in its second header', (file: string) => writeFileSync(file, withHole(readFileSync(file), 4096, 8192))],
  ])('says in words that its file is %s, and what to do', async (_, damage) => {
    const folder = await filledFolder();
    damage(path.join(folder, 'data.mdb'));
    expect(() => openState(folder)).toThrow(/data\.mdb is damaged: .*Put back a copy of it, or move the folder/);
  });

  it('begins anew where a process died before it had written anything', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'data.mdb'), '');
    await openState(folder).close();
  });

  it.runIf(process.platform === 'linux')('refuses a folder below /proc instead of trying for ever', () => {
    expect(() => openState('/proc/promptory/state')).toThrow(/\/proc\/promptory\/state can't be opened/);
  });
});

function withHole(bytes: Buffer, from: number, to: number): Buffer {
  return bytes.fill(0, from, to);
}
