import type { Neighbour, Search, SearchRequest } from '../search.ts';
import type { Gate } from './gate.ts';

/** Where some were left out, so many times as many are looked for. */
const spare = 4;

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
      const found = await find(...query, request);
      const shown = found.flatMap(allowed);
      if (shown.length === found.length) return shown;
      const more = await find(...query, { ...request, limit: request.limit * spare });
      return more.flatMap(allowed).slice(0, request.limit);
    };

  return {
    byText: within(search.byText),
    byImages: within(search.byImages),
    byTextAndImages: within(search.byTextAndImages),
    similarTo: within(search.similarTo),
  };
}
