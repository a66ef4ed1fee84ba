import type { Answer, JobContext } from '../src/command.ts';
import type { RunRequest } from '../src/run.ts';
import type { Neighbour } from '../src/search.ts';
import type { StoredGeneration } from '../src/store/store.ts';
import { neighboursCard, picturesCard, refinementCard } from './cards.ts';

type Asked = Omit<RunRequest, 'id' | 'scope' | 'user'>;

/** Runs the flow for a job: posts what it finds and changes as it goes, and answers with what it makes. */
export async function runFlow(context: JobContext, asked: Asked): Promise<Answer> {
  const { jobId, scope, user, services } = context;
  const { pipeline } = services;
  const ofThisRun = { generation: jobId };
  await context.charge(pipeline.picturesOf(asked));
  let found: readonly Neighbour[] = [];
  const { generation, made } = await pipeline.run(
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
    },
  );
  return { card: picturesCard(generation, made), generation: generation.id };
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
