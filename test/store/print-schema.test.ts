import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';

const run = async (parameters: readonly string[], settings: Readonly<Record<string, string>> = {}) => {
  const program = path.join(packageRoot, 'src', 'print-schema.ts');
  const options = { cwd: packageRoot, env: { PATH: process.env.PATH, ...settings } };
  return (await promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...parameters], options)).stdout;
};

const printSchema = (...parameters: string[]) => run(['--cluster', 'name', ...parameters]);

it('npm run schema prints an index of words for the servers that have one, and none for older ones', {
  timeout: 60_000,
}, async () => {
  const wordIndex = /TYPE text\(/;
  const [newer, older] = [await printSchema(), await printSchema('--dialect', 'clickhouse-25.8')];
  expect(newer).toMatch(wordIndex);
  expect(older).not.toMatch(wordIndex);
  expect(older).toMatch(/TYPE vector_similarity\(/);
  expect(await printSchema('--dialect', 'myscale')).toMatch(/TYPE fts\(/);
  expect(await printSchema('--dialect', 'myscale-1.6')).not.toMatch(/TYPE fts\(/);
});

it('npm run schema names what is wrong with its options, and how it is used', { timeout: 60_000 }, async () => {
  for (const [parameters, words] of [
    [
      ['--cluster', 'name', '--dialect', 'other'],
      '--dialect other is none of clickhouse, clickhouse-25.8, myscale, myscale-1.6.',
    ],
    [['--cluster', 'name', '--dimensions', 'wide'], '--dimensions wide is no whole number from 1 to 65536.'],
    [['--cluster', 'name', '--width', '3'], "Unknown option '--width'"],
    [[], '--cluster is missing'],
  ] as const) {
    const failed = await run(parameters).catch((error: { stderr: string }) => error.stderr);
    expect(failed).toContain(words);
    expect(failed).toMatch(/\nUsage: npm run schema -- --cluster NAME/);
    expect(failed).not.toMatch(/\n\s+at /);
  }
});

it('npm run schema prints the index of VECTOR_INDEX without a server', { timeout: 60_000 }, async () => {
  const parameters = ['--cluster', 'name', '--dialect', 'myscale'];
  expect(await run(parameters)).toContain('TYPE MSTG(');
  expect(await run(parameters, { VECTOR_INDEX: 'HNSWFLAT(m=16)' })).toMatch(/TYPE HNSWFLAT\([^)]*'m=16'/);
  await expect(run(parameters, { VECTOR_INDEX: 'IVF' })).rejects.toMatchObject({
    stderr: expect.stringContaining('VECTOR_INDEX must be one of MSTG, SCANN, HNSWFLAT'),
  });
});
