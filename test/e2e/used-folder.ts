import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newFolder, startProgram } from './program.ts';

// One a test run: every worker is a child of the runner.
const template = path.join(tmpdir(), `promptory-e2e-used-${process.ppid}`);
const finished = `${template}.finished`;

/** A folder in which the program has run before: its demo corpus is complete, so that a start takes a second or two and draws nothing on the side. */
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

async function make(): Promise<void> {
  const program = await startProgram(template);
  while (!/"done":(\d+),"total":\1,/.test(program.output())) await new Promise((resolve) => setTimeout(resolve, 100));
  await program.end('SIGTERM');
  await writeFile(finished, '');
}
