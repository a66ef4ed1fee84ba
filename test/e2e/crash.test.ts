import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiThread, apiOf } from './api.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

/** Milliseconds from the 202 to kill -9: before the search, between search and drawing, while drawing, around the posts. */
const moments = [0, 20, 60, 120, 250, 500];

describe('kill -9', () => {
  let folder: string;
  let program: Program;
  beforeAll(async () => {
    folder = await usedFolder();
  });
  afterAll(() => program.end('SIGKILL'));

  it('at any moment loses nothing that was accepted, and posts everything once', { timeout: 600_000 }, async () => {
    program = await startProgram(folder);
    for (const moment of moments) {
      const id = await apiOf(program).ask('prompt', {
        text: `a lighthouse by the sea, number ${moment}`,
        count: 2,
        seed: moment,
      });
      await new Promise((resolve) => setTimeout(resolve, moment));
      await program.end('SIGKILL');
      program = await startProgram(folder);
      const thread = await apiOf(program).finished(id);
      expect(thread.status).toBe('done');
      expect(countsOf(thread), `killed after ${moment} ms`).toEqual({
        asked: 1,
        neighbours: 1,
        refinement: 1,
        pictures: 1,
        errors: 0,
      });
      const seeds = thread.messages.flatMap(({ images }) => images ?? []).map(({ seed }) => seed);
      expect(seeds).toEqual([moment, moment + 1]);
    }
    const api = apiOf(program);
    const { matches } = await api.read<{ matches: { prompt: string; source: string }[] }>(
      `/api/search?limit=20&text=${encodeURIComponent('a lighthouse by the sea, number 0')}`,
    );
    for (const moment of moments) {
      const ofThis = matches.filter(({ prompt, source }) => source === 'own' && prompt.includes(`number ${moment},`));
      expect(ofThis, `the run killed after ${moment} ms`).toHaveLength(1);
    }
  });
});

function countsOf({ messages }: ApiThread) {
  const count = (wanted: (message: ApiThread['messages'][number]) => unknown) =>
    messages.filter((message) => wanted(message)).length;
  return {
    asked: count(({ author }) => author === 'you'),
    neighbours: count(({ neighbours }) => neighbours),
    refinement: count(({ refinement }) => refinement),
    pictures: count(({ author, images }) => author !== 'you' && images?.length),
    errors: count(({ tone }) => tone === 'error'),
  };
}
