import { createNeighboursRefiner } from '../../src/refiner/neighbours.ts';
import type { RefineRequest, RefinerNeighbour } from '../../src/refiner/refiner.ts';
import { neighbour, requestFor } from '../contract/refiner.ts';

export const refiner = createNeighboursRefiner();

/** Neighbours with these prompts, the first the nearest; their ids are p0, p1... */
export function prompts(...texts: string[]): RefinerNeighbour[] {
  return texts.map((text, index) => neighbour(`p${index}`, text, 0.9 - index * 0.1));
}

/** What refining a text with these neighbours adds. */
export async function added(text: string, neighbours: readonly RefinerNeighbour[], more: Partial<RefineRequest> = {}) {
  const { changes } = await refiner.refine(requestFor(text, { neighbours, ...more }));
  return changes.filter(({ kind }) => kind === 'added').map((change) => change.text);
}
