import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';

const printSchema = async (...parameters: string[]) => {
  const program = path.join(packageRoot, 'src', 'print-schema.ts');
  const given = ['--import', 'tsx', program, '--cluster', 'name', ...parameters];
  return (await promisify(execFile)(process.execPath, given, { cwd: packageRoot })).stdout;
};

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
  await expect(printSchema('--dialect', 'other')).rejects.toMatchObject({
    stderr: expect.stringContaining('clickhouse|clickhouse-25.8|myscale|myscale-1.6'),
  });
});
