import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { figuresTable, writeSection } from './report.ts';
import type { SearchReport } from './search/figures.ts';
import { writeReport } from './search/report.ts';
import { benchSearch, buildForSearch } from './search/search.ts';

type Figures = Record<string, string | number>;

/** Every measurement by its name. Each runs in a process of its own, and loads only itself, so that none weighs on another. */
const benches: Readonly<Record<string, (rows?: number) => Promise<Figures>>> = {
  start: async () => (await import('./start.ts')).benchStart(),
  'prompt-300': async () => (await import('./prompt.ts')).benchPrompt(300),
  'prompt-20000': async () => (await import('./prompt.ts')).benchPrompt(20_000),
  embedding: async () => (await import('./embedding.ts')).benchEmbedding(),
  import: async (rows) => (await import('./import.ts')).benchImport(rows),
  capacity: async () => (await import('./capacity.ts')).benchCapacity(20_000),
  'hybrid-20000': async () => (await import('./hybrid.ts')).benchHybrid(20_000),
  'hybrid-100000': async () => (await import('./hybrid.ts')).benchHybrid(100_000),
  warm: async (rows = 20_000) => (await import('./warm.ts')).benchWarm(rows),
  clients: async (rows = 20_000) => (await import('./clients.ts')).benchClients(rows),
  move: async (rows = 20_000) => (await import('./move.ts')).benchMove(rows),
  discord: async () => (await import('./discord.ts')).benchDiscord(),
  slack: async () => (await import('./slack.ts')).benchSlack(),
  queue: async () => (await import('./queue.ts')).benchQueue(),
  sketch: async () => (await import('./sketch.ts')).benchSketch(),
  best: async () => (await import('./best.ts')).benchBest(),
  results: async () => (await import('./results.ts')).benchResults(),
};

/** Those with a table in docs/benchmarks.md; search has its own. */
const inDocs: readonly string[] = ['start', 'warm', 'clients', 'move', 'import', 'queue'];

const alone = process.send ? benches[process.argv[2] ?? ''] : undefined;

if (alone) {
  const rows = process.argv[3];
  process.send?.(await alone(rows === undefined ? undefined : Number(rows)));
  process.disconnect();
} else {
  await run();
}

async function run() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      docs: { type: 'boolean' },
      rows: { type: 'string' },
      keep: { type: 'string' },
      'build-only': { type: 'boolean' },
    },
  });
  const json = values.json ?? false;
  const unknown = positionals.filter((name) => name !== 'search' && !(name in benches));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}; there are search, ${Object.keys(benches).join(', ')}`);
  if (positionals.includes('search') && positionals.length > 1) throw new Error('search is measured alone');
  if (positionals[0] === 'search')
    return runSearch((values.rows ?? '10000').split(',').map(Number), {
      json,
      docs: values.docs ?? false,
      keep: values.keep,
      buildOnly: values['build-only'] ?? false,
    });
  const strangers = values.docs ? positionals.filter((name) => !inDocs.includes(name)) : [];
  if (strangers.length > 0) throw new Error(`docs/benchmarks.md has no place for ${strangers.join(', ')}`);
  const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
  const results: Record<string, Figures> = {};
  for (const name of positionals.length > 0 ? positionals : values.docs ? inDocs : Object.keys(benches)) {
    const figures = await inItsOwnProcess(name, values.rows);
    results[name] = figures;
    if (values.docs) await writeSection(name, figuresTable(figures, machine));
    if (!json) console.log(name, figures);
  }
  console.log(json ? JSON.stringify({ machine, results }, null, 2) : machine);
}

interface SearchRun {
  json: boolean;
  docs: boolean;
  /** A folder that keeps what was built. */
  keep: string | undefined;
  buildOnly: boolean;
}

/** One report a number of rows; as JSON a single one stands alone. */
async function runSearch(sizes: readonly number[], { json, docs, keep, buildOnly }: SearchRun) {
  const options = { keep, say: (line: string) => console.error(line) };
  if (buildOnly && !keep) throw new Error('--build-only needs --keep FOLDER, or what it builds is lost');
  if (buildOnly) {
    for (const rows of sizes) await buildForSearch(rows, options);
    return;
  }
  const reports: SearchReport[] = [];
  for (const rows of sizes) {
    const report = await benchSearch(rows, options);
    reports.push(report);
    if (!json) console.table(report.results);
  }
  if (docs) await writeReport(reports);
  if (json) console.log(JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2));
}

function inItsOwnProcess(name: string, rows: string | undefined): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, rows === undefined ? [name] : [name, rows], {
      execArgv: process.execArgv,
    });
    child.once('message', (figures) => resolve(figures as Figures));
    child.once('exit', (code) => reject(new Error(`the measurement ${name} ended with code ${code} and no figures`)));
  });
}
