import { z } from 'zod';
import { allVectors, queryTexts } from './corpus.ts';
import { megabytes, sizeOf } from './sizes.ts';
import { type CreateSystem, type Found, milliseconds, type Query, type Searcher } from './system.ts';

/** Each in a module of its own, so that a process holds no more than what it measures. */
const systems: Readonly<Record<string, () => Promise<CreateSystem>>> = {
  promptory: async () => (await import('./systems/promptory.ts')).createPromptory,
  lancedb: async () => (await import('./systems/lancedb.ts')).createLanceDb,
  'sqlite-vec': async () => (await import('./systems/sqlite-vec.ts')).createSqliteVec,
  usearch: async () => (await import('./systems/usearch.ts')).createUsearch,
};

const corpus = z.object({ vectors: z.string(), rows: z.number() });
const order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('build'), corpus }),
  z.object({ do: z.literal('open'), corpus, queries: z.string() }),
  z.object({
    do: z.literal('search'),
    searcher: z.string(),
    from: z.number(),
    to: z.number(),
    limit: z.number(),
    effort: z.number().optional(),
  }),
  z.object({ do: z.literal('end') }),
]);

const [name = '', folder = ''] = process.argv.slice(2);
const create = await systems[name]?.();
if (!create) throw new Error(`There is no system ${name}`);
const system = await create(folder);
let queries: Query[] = [];
process.send?.({
  searchers: system.searchers.map(({ name, efforts = [], scans = false, ranksByMore = false }) => ({
    name,
    efforts,
    scans,
    ranksByMore,
  })),
});

process.on('message', async (message) => {
  const wanted = order.parse(message);
  if (wanted.do === 'build') process.send?.(await system.build(wanted.corpus));
  else if (wanted.do === 'open') {
    const texts = queryTexts();
    queries = (await allVectors(wanted.queries)).map((vector, index) => ({ vector, text: texts[index] ?? '' }));
    process.send?.({ openMs: await milliseconds(() => system.open(wanted.corpus)) });
  } else if (wanted.do === 'search') process.send?.(await search(wanted));
  else {
    const rssMB = megabytes(process.memoryUsage().rss);
    await system.becomeWhole?.();
    const wholeRssMB = system.becomeWhole && megabytes(process.memoryUsage().rss);
    await system.close();
    process.send?.({ rssMB, wholeRssMB, diskMB: megabytes(sizeOf(folder)) }, () => process.exit(0));
  }
});

async function search(wanted: Extract<z.infer<typeof order>, { do: 'search' }>) {
  const searcher = system.searchers.find(({ name }) => name === wanted.searcher);
  if (!searcher) throw new Error(`${name} has no searcher ${wanted.searcher}`);
  if (wanted.effort !== undefined) searcher.setEffort?.(wanted.effort);
  const answers: { ids: number[]; ms: number }[] = [];
  for (const query of queries.slice(wanted.from, wanted.to)) answers.push(await timed(searcher, query, wanted.limit));
  return { ids: answers.map(({ ids }) => ids), ms: answers.map(({ ms }) => ms) };
}

async function timed(searcher: Searcher, query: Query, limit: number) {
  let found: Found[] = [];
  const ms = await milliseconds(async () => {
    found = await searcher.search(query, limit);
  });
  if (found.some(({ prompt }) => !prompt)) throw new Error(`${searcher.name} found a row without its prompt`);
  return { ids: found.map(({ id }) => id), ms };
}
