import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../src/paths.ts';

const page = path.join(packageRoot, 'docs/benchmarks.md');

/** Puts a text into docs/benchmarks.md, between the marks of a name. Throws where the page has no such marks. */
export async function writeSection(name: string, text: string): Promise<void> {
  const marks = { begin: `<!-- ${name} figures: begin -->`, end: `<!-- ${name} figures: end -->` };
  const [before, rest, ...more] = (await readFile(page, 'utf8')).split(marks.begin);
  const [, after] = rest?.split(marks.end) ?? [];
  if (after === undefined || more.length > 0) throw new Error(`docs/benchmarks.md has no marks for ${name}`);
  await writeFile(page, `${before}${marks.begin}\n\n${text}\n\n${marks.end}${after}`);
}

/** The figures of one measurement as a table. */
export function figuresTable(figures: Readonly<Record<string, string | number>>, machine: string): string {
  const lines = Object.entries(figures).map(([name, figure]) => `| ${name} | ${figure} |`);
  return [`Machine: ${machine}.`, ['| figure | |', '| --- | ---: |', ...lines].join('\n')].join('\n\n');
}
