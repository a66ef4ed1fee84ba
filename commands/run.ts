import type { JobContext } from '../src/command.ts';
import type { RunRequest } from '../src/pipeline.ts';
import type { Neighbour } from '../src/search.ts';
import type { StoredGeneration } from '../src/store/store.ts';
import { neighboursCard, picturesCard, refinementCard } from './cards.ts';

type Asked = Omit<RunRequest, 'id' | 'scope' | 'user'>;

/** Runs the flow for a job, and posts what it finds, changes and makes as it goes. */
export async function runFlow(context: JobContext, asked: Asked): Promise<void> {
  const { jobId, scope, user, services } = context;
  const ofThisRun = { generation: jobId };
  await context.charge(asked.count);
  let found: readonly Neighbour[] = [];
  await services.pipeline.run(
    { ...asked, id: jobId, scope, user },
    {
      signal: context.signal,
      log: context.log,
      step: context.step,
      progress: context.progress,
      adultPlace: context.adultPlace,
      async found(neighbours) {
        found = neighbours;
        if (asked.refine === 'none') await context.post('neighbours', neighboursCard(found), ofThisRun);
      },
      // Neighbours and refinement are one message, because the changes cite the neighbours by their numbers.
      async refined(refinement) {
        await context.post('refinement', refinementCard(refinement, found), ofThisRun);
      },
      async generated(generation, made) {
        await context.post('pictures', picturesCard(generation, made), ofThisRun);
      },
    },
  );
}

/** A run that derives from an earlier one: what it keeps unless told otherwise. */
export function derivedFrom(parent: StoredGeneration): Asked {
  return {
    asked: parent.asked,
    text: parent.prompt,
    negativePrompt: parent.negativePrompt || undefined,
    count: parent.images.length,
    size: { width: parent.width, height: parent.height },
    source: parent.source,
    refine: 'none',
    parent,
  };
}
