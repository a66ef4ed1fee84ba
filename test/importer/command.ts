import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pino } from 'pino';
import { z } from 'zod';
import { packageRoot } from '../../src/paths.ts';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';

export interface Command {
  child: ChildProcessByStdio<null, null, Readable>;
  output(): string;
  /** Resolves once the output has these words; rejects when it ends without. */
  said(words: string | RegExp): Promise<void>;
  ended: Promise<number | null>;
}

/** A program of `src/` in a process of its own, on a data folder. */
export function startCommand(
  program: string,
  dataDir: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Command {
  const main = path.join(packageRoot, 'src', program);
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...parameters], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, CLIP_MODEL: 'tiny', LOG_LEVEL: 'warn', ...environment },
    cwd: packageRoot,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  let isClosed = false;
  const ended = once(child, 'close').then(([code]) => {
    isClosed = true;
    return code as number | null;
  });
  return {
    child,
    ended,
    output: () => output,
    async said(words) {
      const has = () => (typeof words === 'string' ? output.includes(words) : words.test(output));
      while (!has()) {
        if (isClosed) throw new Error(`it ended without ${words}: ${output}`);
        await Promise.race([once(child.stderr, 'data'), ended]);
      }
    },
  };
}

/** `npm run import`. */
export const startImport = (dataDir: string, ...parameters: string[]) =>
  startCommand('importer/main.ts', dataDir, parameters);

export const runImport = (dataDir: string, ...parameters: string[]) => endOf(startImport(dataDir, ...parameters));

export async function endOf(command: Command): Promise<{ code: number | null; output: string }> {
  const code = await command.ended;
  return { code, output: command.output() };
}

/** Every row of the corpus with a hash of its vector, bit by bit, and every picture. */
export async function allRows(dataDir: string) {
  const connection = createConnection(await connectChdb(path.join(dataDir, 'chdb')));
  try {
    const prompts = await connection.read(
      'SELECT id, prompt, url, width, height, source_site, toString(sipHash64(prompt_vector)) AS hash FROM prompts ORDER BY id',
      { row: z.record(z.string(), z.unknown()) },
    );
    const images = await connection.read(
      'SELECT id, prompt, url, toString(sipHash64(image_vector)) AS hash FROM prompt_images ORDER BY id',
      { row: z.record(z.string(), z.unknown()) },
    );
    return { prompts, images };
  } finally {
    await connection.close();
  }
}

export async function countsOf(dataDir: string) {
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  try {
    const model = await database.storedModel();
    return await (await database.store({ name: model ?? '', dimensions: 512 })).counts();
  } finally {
    await database.close();
  }
}
