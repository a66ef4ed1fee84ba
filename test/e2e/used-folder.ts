import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openState } from '../../src/state.ts';
import { newFolder, startProgram } from './program.ts';

// One a test run: every worker is a child of the runner.
const template = path.join(tmpdir(), `promptory-e2e-used-${process.ppid}`);
const finished = `${template}.finished`;

/** A folder in which the program has run before: its corpus is as large as it gets, so that a start takes a second or two and draws nothing on the side. */
export async function usedFolder(): Promise<string> {
  if (await isOursToMake()) await make();
  while (!existsSync(finished)) await new Promise((resolve) => setTimeout(resolve, 100));
  const folder = newFolder();
  await cp(template, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

async function isOursToMake(): Promise<boolean> {
  return mkdir(template).then(
    () => true,
    () => false,
  );
}

/** The page is ready when every theme of the demo corpus can be found; drawing all of it would take minutes. */
async function make(): Promise<void> {
  const program = await startProgram(template);
  await program.end('SIGTERM');
  const state = openState(path.join(template, 'data/state'));
  await state.table('demo').put('status', 'done');
  await state.close();
  await writeFile(finished, '');
}
