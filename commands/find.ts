import type { JobContext } from '../src/command.ts';
import { BotError } from '../src/errors.ts';
import type { StoredGeneration } from '../src/store/store.ts';

/** The generation a control names. Throws BotError `not_found` when it was deleted or belongs to another scope. */
export async function findGeneration({ services, scope }: JobContext, id: string): Promise<StoredGeneration> {
  await services.outbox.settled();
  const generation = await services.store.findGeneration(scope, id);
  if (!generation) throw new BotError('not_found', 'These pictures were deleted. /prompt makes new ones.');
  return generation;
}
