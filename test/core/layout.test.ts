import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';

interface Import {
  file: string;
  from: string;
  typeOnly: boolean;
}

const imports = ['src', 'commands', 'adapters'].flatMap((folder) =>
  readdirSync(path.join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsOf(path.posix.join(folder, file.replaceAll('\\', '/')))),
);

/** What adapters and commands may use at run time: the words they share with the core, and tools that know nothing of it. */
const shared = new Set([
  'src/aspect.ts',
  'src/chat.ts',
  'src/command.ts',
  'src/command-line.ts',
  'src/command-options.ts',
  'src/errors.ts',
  'src/failure.ts',
  'src/images/decode.ts',
  'src/images/download.ts',
  'src/images/encode.ts',
  'src/images/image-files.ts',
  'src/images/media-type.ts',
  'src/images/thumbnails.ts',
  'src/paths.ts',
  'src/rank-label.ts',
  'src/seal.ts',
  'src/styles.ts',
]);

describe('layout', () => {
  it('keeps the core free of platforms and commands', () => {
    const outward = imports.filter(
      ({ file, from }) =>
        file.startsWith('src/') && file !== 'src/main.ts' && !isDoctor(file) && /^(adapters|commands)\//.test(from),
    );
    expect(outward).toEqual([]);
  });

  it('lets adapters and commands use only the shared words of the core', () => {
    const inward = imports.filter(
      ({ file, from, typeOnly }) =>
        !file.startsWith('src/') && from.startsWith('src/') && !typeOnly && !shared.has(from),
    );
    expect(inward).toEqual([]);
  });

  it('lets no adapter import another, and no command an adapter', () => {
    const across = imports.filter(
      ({ file, from }) => from.startsWith('adapters/') && !file.startsWith('src/') && folderOf(file) !== folderOf(from),
    );
    expect(across).toEqual([]);
  });

  it.each([
    ['discord.js', /^adapters\/discord\//],
    ['@slack/bolt', /^adapters\/slack\//],
    ['hono', /^adapters\/web\//],
    ['@clickhouse/client', /^src\/store\//],
    ['chdb', /^src\/store\//],
    ['bullmq', /^src\/queue\//],
    ['ioredis', /^src\/queue\//],
    ['openai', /^src\/(openai|(refiner|generator|moderation)\/openai)/],
    ['@aws-sdk/client-s3', /^src\/images\/s3\.ts$/],
    ['@xenova/transformers', /^src\/embedder\//],
  ])('uses %s in its own place alone', (name, place) => {
    const elsewhere = imports.filter(
      ({ file, from }) => (from === name || from.startsWith(`${name}/`)) && !place.test(file),
    );
    expect(elsewhere).toEqual([]);
  });

  it('reads the environment in src/config.ts alone', () => {
    const readers = [...new Set(imports.map(({ file }) => file))].filter((file) =>
      readFileSync(path.join(packageRoot, file), 'utf8').includes('process.env'),
    );
    expect(readers).toEqual(['src/config.ts']);
  });
});

/** The doctor is an entry of its own, like main.ts. */
function isDoctor(file: string): boolean {
  return file === 'src/doctor.ts';
}

function folderOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(packageRoot, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s([^;]*?)from\s+'([^']+)'|import\('([^']+)'\)/gms)].map(
    ([, names = '', from, lazily]) => {
      const target = from ?? lazily ?? '';
      const resolved = target.startsWith('.') ? path.posix.join(path.posix.dirname(file), target) : target;
      return { file, from: resolved, typeOnly: names.startsWith('type ') };
    },
  );
}
