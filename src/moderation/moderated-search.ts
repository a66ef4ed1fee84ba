import type { Neighbour, Search, SearchRequest } from '../search.ts';
import type { Gate } from './gate.ts';

/** So many times as many are looked for, since some may be left out. */
const spare = 2;

/**
 * Leaves out stored prompts that the operator's list refuses, so that nobody sees, uses or is inspired by them, and marks
 * those for adults; where nothing is for adults, these are left out too.
 */
export function moderateSearch(search: Search, { judgeWords, policy }: Pick<Gate, 'judgeWords' | 'policy'>): Search {
  function allowed(neighbour: Neighbour): Neighbour[] {
    const { refused, adult } = judgeWords(neighbour.prompt);
    const nsfw = neighbour.nsfw || adult !== undefined;
    if (refused || (nsfw && policy === 'never')) return [];
    return [nsfw ? { ...neighbour, nsfw } : neighbour];
  }

  const within =
    <Query extends readonly unknown[]>(find: (...query: [...Query, SearchRequest]) => Promise<Neighbour[]>) =>
    async (...given: [...Query, SearchRequest]) => {
      const request = given.at(-1) as SearchRequest;
      const query = given.slice(0, -1) as unknown as Query;
      const found = await find(...query, { ...request, limit: request.limit * spare });
      return found.flatMap(allowed).slice(0, request.limit);
    };

  return {
    byText: within(search.byText),
    byImages: within(search.byImages),
    byTextAndImages: within(search.byTextAndImages),
    similarTo: within(search.similarTo),
  };
}
