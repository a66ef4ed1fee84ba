import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { milliseconds, type OpenSystem, type Searcher } from './system.ts';
import { readVectors, vectorsOf } from './vectors.ts';

/** Each in a module of its own, so that a process holds no more than what it measures. */
const systems: Readonly<Record<string, () => Promise<OpenSystem>>> = {
  promptory: async () => (await import('./systems/promptory.ts')).openPromptory,
  lancedb: async () => (await import('./systems/lancedb.ts')).openLanceDb,
  'sqlite-vec': async () => (await import('./systems/sqlite-vec.ts')).openSqliteVec,
  usearch: async () => (await import('./systems/usearch.ts')).openUsearch,
};

const order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('load'), vectors: z.string(), rows: z.number() }),
  z.object({
    do: z.literal('search'),
    searcher: z.string(),
    queries: z.string(),
    from: z.number(),
    to: z.number(),
    limit: z.number(),
    effort: z.number().optional(),
  }),
  z.object({ do: z.literal('end') }),
]);

const [name = '', folder = ''] = process.argv.slice(2);
const open = await systems[name]?.();
if (!open) throw new Error(`There is no system ${name}`);
const system = await open(folder);
process.send?.({ searchers: system.searchers.map(({ name, efforts = [] }) => ({ name, efforts })) });

process.on('message', async (message) => {
  const wanted = order.parse(message);
  if (wanted.do === 'load') process.send?.(await system.load(wanted.vectors, wanted.rows));
  else if (wanted.do === 'search') process.send?.(await search(wanted));
  else {
    const rssMB = megabytes(process.memoryUsage().rss);
    await system.close();
    process.send?.({ rssMB, diskMB: megabytes(sizeOf(folder)) }, () => process.exit(0));
  }
});

async function search(wanted: Extract<z.infer<typeof order>, { do: 'search' }>) {
  const searcher = system.searchers.find(({ name }) => name === wanted.searcher);
  if (!searcher) throw new Error(`${name} has no searcher ${wanted.searcher}`);
  if (wanted.effort !== undefined) searcher.setEffort?.(wanted.effort);
  const answers: { id: number[]; ms: number }[] = [];
  for await (const block of readVectors(wanted.queries, 1_024)) {
    const queries = [...vectorsOf(block)].slice(wanted.from, wanted.to);
    for (const query of queries) answers.push(await timed(searcher, query, wanted.limit));
  }
  return { ids: answers.map(({ id }) => id), ms: answers.map(({ ms }) => ms) };
}

async function timed(searcher: Searcher, query: Float32Array, limit: number) {
  let id: number[] = [];
  const ms = await milliseconds(async () => {
    id = await searcher.search(query, limit);
  });
  return { id, ms };
}

function sizeOf(place: string): number {
  const found = statSync(place);
  return found.isDirectory()
    ? readdirSync(place).reduce((sum, name) => sum + sizeOf(path.join(place, name)), 0)
    : found.size;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
