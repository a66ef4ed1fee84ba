import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import type { CorpusFiles } from './corpus.ts';

const searcher = z.object({
  name: z.string(),
  efforts: z.array(z.number()),
  scans: z.boolean(),
  ranksByMore: z.boolean(),
});
const hello = z.object({ searchers: z.array(searcher) });
export const built = z.object({ loadMs: z.number(), buildMs: z.number() });
const opened = z.object({ openMs: z.number() });
const answers = z.object({ ids: z.array(z.array(z.number())), ms: z.array(z.number()) });
const ended = z.object({ rssMB: z.number(), wholeRssMB: z.number().optional(), diskMB: z.number() });

export type Ended = z.infer<typeof ended>;

export type SearcherAbout = z.infer<typeof searcher>;
export type Built = z.infer<typeof built>;

interface SearchOrder {
  searcher: string;
  /** Which of the queries to ask. */
  from: number;
  to: number;
  limit: number;
  effort?: number | undefined;
}

/** A system in a process of its own. */
export interface Runner {
  readonly searchers: readonly SearcherAbout[];
  build(corpus: CorpusFiles): Promise<Built>;
  open(corpus: CorpusFiles, queries: string): Promise<z.infer<typeof opened>>;
  search(order: SearchOrder): Promise<z.infer<typeof answers>>;
  /** Closes the system, and says what it took. */
  end(): Promise<Ended>;
  kill(): void;
}

export async function startRunner(name: string, folder: string): Promise<Runner> {
  // LanceDB warns of a change to come at every query.
  const env = { ...process.env, RUST_LOG: 'error' };
  const child = fork(path.join(import.meta.dirname, 'child.ts'), [name, folder], { execArgv: process.execArgv, env });
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with code ${code} before it answered`);
  });
  died.catch(() => undefined);
  const next = async () => (await Promise.race([once(child, 'message'), died]))[0];
  const { searchers } = hello.parse(await next());
  async function ask<Answer>(order: object, schema: z.ZodType<Answer>): Promise<Answer> {
    child.send(order);
    return schema.parse(await next());
  }
  return {
    searchers,
    build: (corpus) => ask({ do: 'build', corpus }, built),
    open: (corpus, queries) => ask({ do: 'open', corpus, queries }, opened),
    search: (order) => ask({ do: 'search', ...order }, answers),
    end: () => ask({ do: 'end' }, ended),
    kill: () => child.kill('SIGKILL'),
  };
}
