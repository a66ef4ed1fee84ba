import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { BotError } from '../../src/errors.ts';
import { createQueue } from '../../src/queue/lmdb.ts';
import type { QueueOptions } from '../../src/queue/queue.ts';
import { openState, type State } from '../../src/state.ts';
import { queueContract } from '../contract/queue.ts';
import { queueQuotaContract } from '../contract/queue-quota.ts';
import { queueProperties } from './queue-properties.ts';

async function open<Payload>(folder: string, options: QueueOptions) {
  const state = openState(folder);
  return { queue: createQueue<Payload>(state, options), close: () => state.close() };
}

queueContract('LMDB', open);

describe('the queue in LMDB', () => {
  queueQuotaContract(open);
  queueProperties(open, 60);

  it('ends a job whose end the disk did not take, once there is room again', async () => {
    const state = openState(mkdtempSync(path.join(tmpdir(), 'queue-')));
    let isFull = false;
    const durably: State['durably'] = (write) =>
      isFull ? Promise.reject(new BotError('disk_full', 'The disk is full.')) : state.durably(write);
    const lines: string[] = [];
    const log = pino({}, { write: (line) => lines.push(line) });
    const bounds = { total: 9, perScope: 9, perOwner: 9 };
    const width = { quick: 1, image: 1 };
    const queue = createQueue<string>({ ...state, durably }, { bounds, width, log, retryLostMs: 20 });
    const described = { owner: 'ann', scope: 'here', pictures: 1, exempt: true, portable: false, payload: '' };
    for (const id of ['a', 'b']) await queue.submit({ ...described, id, lane: 'image' });
    const done: string[] = [];
    queue.start({
      work: async ({ id }) => {
        isFull = done.length === 0;
        done.push(id);
      },
    });
    await vi.waitFor(() =>
      expect(lines.filter((line) => line.includes('could not be written')).length).toBeGreaterThan(4),
    );
    isFull = false;
    await vi.waitFor(async () => expect(await queue.all()).toEqual([]), { timeout: 30_000 });
    expect([...done].sort()).toEqual(['a', 'a', 'b']);
    await queue.stop({ graceMs: 0 });
    await state.close();
  });
});
