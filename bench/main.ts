import { fork } from 'node:child_process';
import { cpus } from 'node:os';

type Figures = Record<string, string | number>;

/** Every measurement by its name. Each runs in a process of its own, and loads only itself, so that none weighs on another. */
const benches: Readonly<Record<string, () => Promise<Figures>>> = {
  start: async () => (await import('./start.ts')).benchStart(),
  'prompt-300': async () => (await import('./prompt.ts')).benchPrompt(300),
  'prompt-20000': async () => (await import('./prompt.ts')).benchPrompt(20_000),
  embedding: async () => (await import('./embedding.ts')).benchEmbedding(),
  search: async () => (await import('./search.ts')).benchSearch(20_000),
  discord: async () => (await import('./discord.ts')).benchDiscord(),
  slack: async () => (await import('./slack.ts')).benchSlack(),
  queue: async () => (await import('./queue.ts')).benchQueue(),
  sketch: async () => (await import('./sketch.ts')).benchSketch(),
};

const words = process.argv.slice(2);
const alone = process.send ? benches[words[0] ?? ''] : undefined;

if (alone) {
  process.send?.(await alone());
  process.disconnect();
} else {
  await runAll(words);
}

async function runAll(wanted: readonly string[]) {
  const named = wanted.filter((word) => word in benches);
  const results: Record<string, Figures> = {};
  for (const name of named.length > 0 ? named : Object.keys(benches)) {
    results[name] = await inItsOwnProcess(name);
    if (!wanted.includes('--json')) console.log(name, results[name]);
  }
  const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
  console.log(wanted.includes('--json') ? JSON.stringify({ machine, results }, null, 2) : machine);
}

function inItsOwnProcess(name: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [name], { execArgv: process.execArgv });
    child.once('message', (figures) => resolve(figures as Figures));
    child.once('exit', (code) => reject(new Error(`the measurement ${name} ended with code ${code} and no figures`)));
  });
}
