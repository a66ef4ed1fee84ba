import { newFolder, startProgram } from '../test/e2e/program.ts';

/** Seconds from starting the program to its first answered health check: in an empty folder, and again in the same one. */
export async function benchStart(): Promise<Record<string, number>> {
  const folder = newFolder();
  const first = await secondsToReady(folder);
  const warm = [await secondsToReady(folder), await secondsToReady(folder), await secondsToReady(folder)];
  return { 'first start, s': first, 'warm start, s (median of 3)': warm.sort((a, b) => a - b)[1] ?? Number.NaN };
}

async function secondsToReady(folder: string): Promise<number> {
  const began = performance.now();
  const program = await startProgram(folder);
  await fetch(`${program.url}/healthz`);
  const seconds = (performance.now() - began) / 1000;
  await program.end('SIGTERM');
  return Number(seconds.toFixed(2));
}
