import type { ActionHandler, ActionInput, JobContext } from '../../src/command.ts';
import type { ReactionKind } from '../../src/store/store.ts';
import { findGeneration } from '../find.ts';

/** 👍 teaches the next search that this was good. */
export const like = judgement('like', '👍');
/** 👎 teaches it the opposite. */
export const dislike = judgement('dislike', '👎');

function judgement(kind: ReactionKind, emoji: string): ActionHandler {
  return {
    name: kind,
    lane: 'quick',
    emoji,
    reaction: 'both',
    run: (context, input) => judge(kind, context, input),
  };
}

/** A reaction says whether it was given or taken back; a button toggles. */
async function judge(kind: ReactionKind, context: JobContext, { target, given }: ActionInput): Promise<undefined> {
  const { store, outbox } = context.services;
  const generation = await findGeneration(context, target);
  const current = (await store.reactionsBy(context.user, generation.id))[kind];
  const wanted = given ?? !current;
  if (wanted === current) return undefined;
  await outbox.add({
    kind: 'reaction',
    reaction: {
      id: context.jobId,
      generation: generation.id,
      scope: context.scope,
      user: context.user,
      kind,
      delta: wanted ? 1 : -1,
      createdAt: new Date(),
    },
  });
  return undefined;
}
