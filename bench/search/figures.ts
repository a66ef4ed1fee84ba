import { cpus } from 'node:os';
import { quantile, rounded } from '../corpus.ts';
import type { Measured } from './measure.ts';
import type { Ended, Runner } from './runner.ts';

export interface SearchFigures {
  system: string;
  /** Absent where the vectors alone don't decide. */
  recallAt10?: number | undefined;
  p50Ms: number;
  p95Ms: number;
  /** Storing the vectors, and building the index over them, in the run that built them. */
  loadMs: number;
  buildMs: number;
  /** Getting ready to answer after a restart. */
  openMs: number;
  diskMB: number;
  /** Resident memory of the process that answers, after its queries. */
  rssMB: number;
  /** The same with what the started program holds besides. */
  wholeRssMB?: number | undefined;
  /** The first query after opening. */
  firstMs: number;
  /** The search effort that the wanted recall took, for systems that offer a choice. */
  effort?: number | undefined;
}

export interface SearchReport {
  machine: string;
  rows: number;
  results: SearchFigures[];
}

/** Ends the systems, and says what came of all. */
export async function conclude(measured: readonly Measured[]): Promise<SearchFigures[]> {
  const ends = new Map<Runner, Ended>();
  for (const { runner } of measured) if (!ends.has(runner)) ends.set(runner, await runner.end());
  return measured.map(({ about, runner, place, openMs, effort, firstMs, ms, recall }) => ({
    system: about.name,
    recallAt10: about.ranksByMore ? undefined : rounded(recall, 4),
    p50Ms: rounded(quantile(ms, 0.5), 2),
    p95Ms: rounded(quantile(ms, 0.95), 2),
    loadMs: Math.round(place.loadMs),
    buildMs: Math.round(place.buildMs),
    openMs: Math.round(openMs),
    diskMB: ends.get(runner)?.diskMB ?? 0,
    rssMB: ends.get(runner)?.rssMB ?? 0,
    wholeRssMB: ends.get(runner)?.wholeRssMB,
    firstMs: rounded(firstMs, 1),
    effort,
  }));
}

export function describeMachine(): string {
  return `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
}
