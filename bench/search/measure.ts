import type { Place } from './build.ts';
import { queryCount } from './corpus.ts';
import type { Runner, SearcherAbout } from './runner.ts';

/** One searcher of a running system. */
export interface Contender {
  about: SearcherAbout;
  runner: Runner;
  place: Place;
  openMs: number;
}

export interface Measured extends Contender {
  effort: number | undefined;
  firstMs: number;
  ms: number[];
  /** The mean share of the true nearest that was found. */
  recall: number;
}

const limit = 10;
const rounds = 5;
const tuningQueries = 50;
const wantedRecall = 0.99;
// Of those that compare every row a fifth of the queries is asked.
const scanShare = 5;

/** Asks all in turns; the first query of each stands alone. */
export async function measure(contenders: readonly Contender[], nearest: readonly number[][]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const contender of contenders) {
    const [firstMs = 0] = (await ask({ ...contender, effort: undefined }, 0, 1)).ms;
    const effort = await leastEffort(contender, nearest);
    measured.push({ ...contender, effort, firstMs, ms: [], recall: 0 });
  }
  const shares = measured.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    const from = (round * queryCount) / rounds;
    for (const [index, contender] of measured.entries()) {
      const asked = queryCount / rounds / (contender.about.scans ? scanShare : 1);
      const { ids, ms } = await ask(contender, from, from + asked);
      contender.ms.push(...ms);
      shares[index]?.push(...sharesFound(ids, nearest.slice(from, from + asked)));
    }
  }
  return measured.map((contender, index) => ({ ...contender, recall: mean(shares[index] ?? []) }));
}

/** Takes the least effort that reaches the wanted recall, or the largest there is; warms those without a choice alike. */
async function leastEffort(contender: Contender, nearest: readonly number[][]): Promise<number | undefined> {
  const { efforts, scans } = contender.about;
  const asked = scans ? tuningQueries / scanShare : tuningQueries;
  let effort: number | undefined;
  for (effort of efforts.length > 0 ? efforts : [undefined]) {
    const { ids } = await ask({ ...contender, effort }, 0, asked);
    if (mean(sharesFound(ids, nearest.slice(0, asked))) >= wantedRecall) break;
  }
  return effort;
}

function ask({ runner, about, effort }: Contender & { effort: number | undefined }, from: number, to: number) {
  return runner.search({ searcher: about.name, from, to, limit, effort });
}

/** Of each query, how many of its true nearest are among those found. */
function sharesFound(found: readonly number[][], nearest: readonly number[][]): number[] {
  return nearest.map((ids, query) => ids.filter((id) => found[query]?.includes(id)).length / ids.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
