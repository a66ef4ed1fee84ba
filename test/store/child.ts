import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of this folder in a process of its own. */
export interface Child {
  /** The next line it prints; undefined once it has ended. */
  line(): Promise<string | undefined>;
  /** Kills it as a power cut would, and gives the lines it printed before it died. */
  kill(): Promise<string[]>;
}

export function startProgram(program: URL, ...parameters: string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', program.pathname, ...parameters], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
    async kill() {
      await killed(child);
      const rest: string[] = [];
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value);
      return rest;
    },
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
