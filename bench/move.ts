import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { apiOf } from '../test/e2e/api.ts';
import { startProgram } from '../test/e2e/program.ts';
import { darkerFolder } from '../test/embedder/darker-weights.ts';
import { type Command, endOf, runImport, startCommand } from '../test/importer/command.ts';
import { milliseconds, quantile, rounded, withFolder } from './corpus.ts';
import { promptOf } from './import-prompts.ts';

const usualMs = 3_000;
// A person's next keystroke, and not a queue of requests.
const pauseMs = 50;

/**
 * What people notice of `npm run reembed`: searches through the page's API of a running bot that has the embedded database,
 * each for a text of its own, before the move and from its first moment to after the exchange.
 */
export function benchMove(rows: number): Promise<Record<string, number>> {
  return withFolder(async (folder) => {
    const data = path.join(folder, 'data');
    const corpus = path.join(folder, 'corpus.csv');
    const lines = Array.from({ length: rows }, (_, index) => `${index},"${promptOf(index)}"\n`);
    writeFileSync(corpus, `id,prompt\n${lines.join('')}`);
    await assertDone(await runImport(data, corpus));
    const model = await darkerFolder(path.join(folder, 'model'));

    const program = await startProgram(folder);
    let command: Command | undefined;
    try {
      const api = apiOf(program);
      let searches = 0;
      const search = () =>
        milliseconds(() => api.read(`/api/search?limit=10&text=${encodeURIComponent(promptOf(rows + searches++))}`));
      await search();
      const before = await searchUntil(search, pause(usualMs));
      const begun = performance.now();
      command = startCommand('reembed/main.ts', data, ['--model', model]);
      const during = await searchUntil(search, endOf(command).then(assertDone));
      const seconds = (performance.now() - begun) / 1_000;
      const after = await searchUntil(search, pause(usualMs));
      const [usual, moving] = [quantile(before, 0.5), quantile(during, 0.5)];
      return {
        rows,
        'move, s': rounded(seconds),
        'search p50 before, ms': rounded(usual),
        'search p50 during, ms': rounded(moving),
        'search p95 during, ms': rounded(quantile(during, 0.95)),
        'longest search during, ms': rounded(Math.max(...during)),
        'search p50 after, ms': rounded(quantile(after, 0.5)),
        'search p50, during / before': rounded(moving / usual, 2),
      };
    } finally {
      command?.child.kill('SIGKILL');
      await program.end('SIGTERM');
    }
  });
}

/** The times of one search after another, until the work is done; throws when one fails. */
async function searchUntil(search: () => Promise<number>, work: Promise<unknown>): Promise<number[]> {
  let ended = false;
  const working = work.finally(() => {
    ended = true;
  });
  // Where a search fails first, that is what is told.
  working.catch(() => undefined);
  const times: number[] = [];
  while (!ended) {
    times.push(await search());
    await pause(pauseMs);
  }
  await working;
  return times;
}

async function assertDone({ code, output }: { code: number | null; output: string }): Promise<void> {
  if (code !== 0) throw new Error(output);
}
