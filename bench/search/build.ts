import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { CorpusFiles } from './corpus.ts';
import { readJson, writeJson } from './json-file.ts';
import { type Built, built, startRunner } from './runner.ts';

/** A system's files, and how long they took to make, by the run that made them. */
export interface Place extends Built {
  system: string;
  folder: string;
}

/** Loads the corpus into each system, one after another in a process of its own, or takes what an earlier run built. */
export async function buildSystems(
  systems: readonly string[],
  { folder, corpus, say }: { folder: string; corpus: CorpusFiles; say: (line: string) => void },
): Promise<Place[]> {
  const places: Place[] = [];
  for (const system of systems) {
    const place = path.join(folder, system);
    const figures = path.join(folder, `${system}.json`);
    if (!existsSync(figures)) {
      const made = await build(system, place, corpus, say).catch((error: Error) => {
        say(`${system} is left out: ${error.message}`);
      });
      if (!made) continue;
      await writeJson(figures, made);
    }
    places.push({ system, folder: place, ...(await readJson(figures, built)) });
  }
  return places;
}

async function build(system: string, folder: string, corpus: CorpusFiles, say: (line: string) => void): Promise<Built> {
  await rm(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  say(`${system} is built`);
  const runner = await startRunner(system, folder);
  try {
    const made = await runner.build(corpus);
    const { rssMB, diskMB } = await runner.end();
    say(
      `${system}: loaded in ${seconds(made.loadMs)} s, index in ${seconds(made.buildMs)} s, ${diskMB} MB on disk, ${rssMB} MB of memory at the end`,
    );
    return made;
  } finally {
    runner.kill();
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
