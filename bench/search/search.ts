import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { type Runner, startRunner } from './runner.ts';
import { promptLikeVectors, writeVectors } from './vectors.ts';

export interface SearchFigures {
  system: string;
  recallAt10: number;
  p50Ms: number;
  p95Ms: number;
  /** Storing the vectors, and building the index over them. */
  loadMs: number;
  buildMs: number;
  diskMB: number;
  /** Resident memory of the process that answers, after its queries. */
  rssMB: number;
  /** The first query after loading. */
  firstMs: number;
  /** The search effort that the wanted recall took, for systems that offer a choice. */
  effort?: number | undefined;
}

export interface SearchReport {
  machine: string;
  rows: number;
  results: SearchFigures[];
}

const systems = ['promptory', 'usearch', 'lancedb', 'sqlite-vec'];
const truth = 'exact scan';
const limit = 10;
const queryCount = 200;
const rounds = 5;
const tuningQueries = 50;
const wantedRecall = 0.99;

/** One searcher of a running system, with what was measured of it. */
interface Contender {
  name: string;
  runner: Runner;
  effort: number | undefined;
  firstMs: number;
  ms: number[];
  ids: number[][];
}

/**
 * Search through the store against other systems over the same vectors: each is loaded alone, then all are asked in turns,
 * so that a machine whose speed drifts is as kind to one as to another. Recall is measured against the exact scan.
 */
export async function benchSearch(rows: number, say: (line: string) => void): Promise<SearchReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'promptory-bench-'));
  const files = { vectors: path.join(folder, 'vectors.f32'), queries: path.join(folder, 'queries.f32'), rows };
  const runners: Runner[] = [];
  try {
    say(`${rows} rows: making vectors`);
    await writeVectors(files.vectors, rows, promptLikeVectors(rows, 10));
    await writeVectors(files.queries, queryCount, promptLikeVectors(rows, 11));
    for (const name of systems) {
      const place = path.join(folder, name);
      mkdirSync(place);
      const runner = await startRunner(name, place).catch((error: Error) =>
        say(`${name} is left out: ${error.message}`),
      );
      if (!runner) continue;
      runners.push(runner);
      say(`${rows} rows: ${name} loads`);
      await runner.load(files);
      say(
        `${rows} rows: ${name} loaded in ${Math.round(runner.loaded.loadMs)} ms, index ${Math.round(runner.loaded.buildMs)} ms`,
      );
    }
    const contenders = await measure(runners, files.queries);
    return { machine: describeMachine(), rows, results: await conclude(contenders, runners) };
  } finally {
    for (const runner of runners) runner.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(runners: readonly Runner[], queries: string): Promise<Contender[]> {
  const contenders = runners.flatMap((runner) =>
    runner.searchers.map(({ name }): Contender => ({ name, runner, effort: undefined, firstMs: 0, ms: [], ids: [] })),
  );
  for (const contender of contenders) {
    const { ms } = await ask(contender, queries, 0, 1);
    contender.firstMs = ms[0] ?? 0;
  }
  const known = await ask(find(contenders, truth), queries, 0, tuningQueries);
  for (const contender of contenders) await tune(contender, queries, known.ids);
  for (let round = 0; round < rounds; round++) {
    const [from, to] = [round, round + 1].map((part) => (part * queryCount) / rounds);
    for (const contender of contenders) {
      const { ids, ms } = await ask(contender, queries, from ?? 0, to ?? 0);
      contender.ids.push(...ids);
      contender.ms.push(...ms);
    }
  }
  return contenders;
}

/** Takes the least effort that reaches the wanted recall, or the largest there is; warms the others alike. */
async function tune(contender: Contender, queries: string, known: readonly number[][]) {
  const efforts = contender.runner.searchers.find(({ name }) => name === contender.name)?.efforts ?? [];
  for (const effort of efforts.length > 0 ? efforts : [undefined]) {
    contender.effort = effort;
    const { ids } = await ask(contender, queries, 0, tuningQueries);
    if (recall(ids, known) >= wantedRecall) return;
  }
}

function ask({ runner, name, effort }: Contender, queries: string, from: number, to: number) {
  return runner.search({ searcher: name, queries, from, to, limit, effort });
}

async function conclude(contenders: readonly Contender[], runners: readonly Runner[]): Promise<SearchFigures[]> {
  const known = find(contenders, truth).ids;
  const ends = new Map<Runner, { rssMB: number; diskMB: number }>();
  for (const runner of runners) ends.set(runner, await runner.end());
  return contenders.map(({ name, runner, effort, firstMs, ms, ids }) => ({
    system: name,
    recallAt10: rounded(recall(ids, known), 4),
    p50Ms: rounded(quantile(ms, 0.5), 2),
    p95Ms: rounded(quantile(ms, 0.95), 2),
    loadMs: Math.round(runner.loaded.loadMs),
    buildMs: Math.round(runner.loaded.buildMs),
    diskMB: ends.get(runner)?.diskMB ?? 0,
    rssMB: ends.get(runner)?.rssMB ?? 0,
    firstMs: rounded(firstMs, 1),
    effort,
  }));
}

function find(contenders: readonly Contender[], wanted: string): Contender {
  const found = contenders.find(({ name }) => name === wanted);
  if (!found) throw new Error(`${wanted} was not measured`);
  return found;
}

/** The mean share of the true nearest that was found. */
function recall(found: readonly number[][], known: readonly number[][]): number {
  const shares = known.map((ids, query) => ids.filter((id) => found[query]?.includes(id)).length / ids.length);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] ?? 0;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function describeMachine(): string {
  return `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
}
