import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSystems } from './build.ts';
import { makeCorpus } from './corpus.ts';
import { conclude, describeMachine, type SearchReport } from './figures.ts';
import { type Contender, measure } from './measure.ts';
import { type Runner, startRunner } from './runner.ts';

const systems = ['promptory', 'usearch', 'lancedb', 'sqlite-vec'];

export interface SearchBenchOptions {
  /** Where what was built stays for later runs, each number of rows in a folder of its own; undefined: nowhere. */
  keep: string | undefined;
  say: (line: string) => void;
}

/**
 * Search through the store against other systems over the same vectors: each is built alone, then all are opened anew and asked
 * in turns, so that a machine whose speed drifts is as kind to one as to another. Recall is measured against a comparison with every vector.
 */
export function benchSearch(rows: number, options: SearchBenchOptions): Promise<SearchReport> {
  return inFolder(rows, options, async (folder, say) => {
    const { corpus, queries } = await makeCorpus(folder, rows, say);
    const places = await buildSystems(systems, { folder, corpus, say });
    const runners: Runner[] = [];
    try {
      const contenders: Contender[] = [];
      for (const place of places) {
        const runner = await startRunner(place.system, place.folder);
        runners.push(runner);
        const { openMs } = await runner.open(corpus, queries.vectors);
        contenders.push(...runner.searchers.map((about) => ({ about, runner, place, openMs })));
      }
      say('all are asked in turns');
      const measured = await measure(contenders, queries.nearest);
      return { machine: describeMachine(), rows, results: await conclude(measured) };
    } finally {
      for (const runner of runners) runner.kill();
    }
  });
}

/** The part that takes hours at full size and need not be measured: a later run on a quiet machine finds it all. */
export function buildForSearch(rows: number, options: SearchBenchOptions): Promise<void> {
  return inFolder(rows, options, async (folder, say) => {
    const { corpus } = await makeCorpus(folder, rows, say);
    await buildSystems(systems, { folder, corpus, say });
  });
}

async function inFolder<Value>(
  rows: number,
  { keep, say }: SearchBenchOptions,
  work: (folder: string, say: (line: string) => void) => Promise<Value>,
): Promise<Value> {
  const folder = keep ? path.resolve(keep, String(rows)) : await mkdtemp(path.join(tmpdir(), 'promptory-bench-'));
  mkdirSync(folder, { recursive: true });
  try {
    return await work(folder, (line) => say(`${rows} rows: ${line}`));
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true });
  }
}
