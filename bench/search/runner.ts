import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';

const hello = z.object({ searchers: z.array(z.object({ name: z.string(), efforts: z.array(z.number()) })) });
const loaded = z.object({ loadMs: z.number(), buildMs: z.number() });
const answers = z.object({ ids: z.array(z.array(z.number())), ms: z.array(z.number()) });
const ended = z.object({ rssMB: z.number(), diskMB: z.number() });

export interface SearchOrder {
  searcher: string;
  /** The file of query vectors, and which of them to ask. */
  queries: string;
  from: number;
  to: number;
  limit: number;
  effort?: number | undefined;
}

/** A system in a process of its own. */
export interface Runner {
  readonly searchers: z.infer<typeof hello>['searchers'];
  readonly loaded: z.infer<typeof loaded>;
  load(files: { vectors: string; rows: number }): Promise<void>;
  search(order: SearchOrder): Promise<z.infer<typeof answers>>;
  /** Closes the system, and says what it took. */
  end(): Promise<z.infer<typeof ended>>;
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
  let load = { loadMs: 0, buildMs: 0 };
  async function ask<Answer>(order: object, schema: z.ZodType<Answer>): Promise<Answer> {
    child.send(order);
    return schema.parse(await next());
  }
  return {
    searchers,
    get loaded() {
      return load;
    },
    async load({ vectors, rows }) {
      load = await ask({ do: 'load', vectors, rows }, loaded);
    },
    search: (order) => ask({ do: 'search', ...order }, answers),
    end: () => ask({ do: 'end' }, ended),
    kill: () => child.kill('SIGKILL'),
  };
}
