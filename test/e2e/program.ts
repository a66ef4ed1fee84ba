import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../src/paths.ts';

export interface Program {
  /** Where the page is. */
  url: string;
  /** All that it printed so far. */
  output(): string;
  /** Resolves to the exit code (null after SIGKILL). */
  ended: Promise<number | null>;
  /** Sends a signal and waits for the end; resolves to the exit code (null after SIGKILL). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const tsx = createRequire(import.meta.url).resolve('tsx');

/** A folder to run the program in, as empty as a stranger's. */
export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'promptory-e2e-'));
}

/** Starts the real program with nothing in the environment but what is given. */
export function spawnProgram(folder: string, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, ['--import', tsx, path.join(packageRoot, 'src/main.ts')], {
    cwd: folder,
    // Port 9 of this machine answers no one: a hub that is out of reach, at once.
    env: { PATH: process.env.PATH, PORT: '0', HF_ENDPOINT: 'http://127.0.0.1:9', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts the program and waits until its page is ready. Throws with its output when it ends before. */
export async function startProgram(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const child = spawnProgram(folder, environment);
  let output = '';
  const exited = once(child, 'exit');
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+(?=")/.exec(output)?.[0];
      if (url) resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    exited.then(([code]) => reject(new Error(`the program ended with code ${code}:\n${output}`)), reject);
  });
  const url = await ready;
  return {
    url,
    ended: exited.then(([code]) => code),
    output: () => output,
    async end(signal) {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
