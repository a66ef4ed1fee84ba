import { expect, test } from 'vitest';
import { createCancelling } from '../../src/cancelling.ts';
import type { JobPayload } from '../../src/job.ts';
import type { QueuedJob } from '../../src/queue/queue.ts';

const person = { user: 'mallory', scope: 'here', moderator: false };

test.each([
  ['its owner', { ...person, user: 'ann' }, true],
  ['a moderator of its scope', { ...person, moderator: true }, true],
  ['another person', person, false],
  ['a moderator of another scope', { ...person, scope: 'elsewhere', moderator: true }, false],
])('who may cancel a job: %s', async (_, by, isAllowed) => {
  const cancelled: string[] = [];
  const cancelling = cancelJob(by, cancelled);
  if (isAllowed) expect(await cancelling).toBe(true);
  else await expect(cancelling).rejects.toMatchObject({ code: 'forbidden' });
  expect(cancelled).toEqual(isAllowed ? ['a'] : []);
});

function cancelJob(by: typeof person, cancelled: string[]): Promise<boolean> {
  const thread = { adapter: 'memory', thread: 'main' };
  const task = { kind: 'command' as const, name: 'prompt', values: {} };
  const payload = { thread, scope: 'here', user: 'ann', moderator: false, attachments: [], task };
  const state = { sequence: 1, attempts: 0, begun: false, cancelled: false, charged: undefined };
  const asked = { lane: 'image' as const, owner: 'ann', scope: 'here', pictures: 1, exempt: false, portable: true };
  const job: QueuedJob<JobPayload> = { id: 'a', ...asked, ...state, payload };
  const queue = {
    find: async () => job,
    all: async () => [job],
    async cancel(id: string) {
      cancelled.push(id);
      return true;
    },
  };
  return createCancelling(queue).cancelJob('a', by);
}
