import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { createOutbox } from '../../src/outbox.ts';
import { createQueue } from '../../src/queue/lmdb.ts';
import { openState } from '../../src/state.ts';
import type { Generation } from '../../src/store/store.ts';

const disk = mkdtempSync(path.join(tmpdir(), 'small-disk-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0;
if (!isMounted) console.warn('\n!!! NOT TESTED: a full disk. Only root can mount a small one.\n');
const log = pino({ level: 'silent' });

describe.skipIf(!isMounted)('a full disk', () => {
  afterAll(() => void spawnSync('umount', [disk]));

  it('refuses jobs and writes in words, keeps the process alive, and takes them again once there is room', async () => {
    const state = openState(path.relative(process.cwd(), path.join(disk, 'state')));
    const queue = createQueue<string>(state, {
      bounds: { total: 10, perScope: 10, perOwner: 10 },
      width: { quick: 1, image: 1 },
      log,
    });
    const store = { logGeneration: unused, logPost: unused, logReaction: async () => undefined, logUpload: unused };
    const target = { store, model: { name: 'none', embedAnew: async (given: Generation) => given } };
    const outbox = createOutbox({ state, within: (work) => work(target), log });
    const submit = (id: string) =>
      queue.submit({
        id,
        lane: 'image',
        owner: 'ann',
        scope: 'here',
        pictures: 1,
        exempt: true,
        portable: false,
        payload: id,
      });
    await submit('before');
    const filler = path.join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(9 * 1024 * 1024));
    await expect(submit('full')).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringMatching(new RegExp(`The disk of ${disk}/state is full.*Make room`)),
    });
    const reaction = {
      id: 'r',
      generation: 'g',
      scope: 's',
      user: 'u',
      kind: 'like' as const,
      delta: 1 as const,
      createdAt: new Date(),
    };
    await expect(outbox.add({ kind: 'reaction', reaction })).rejects.toMatchObject({ code: 'disk_full' });
    expect(await queue.find('full')).toBeUndefined();
    rmSync(filler);
    await submit('after');
    await outbox.add({ kind: 'reaction', reaction });
    await outbox.settled();
    expect((await queue.all()).map(({ id }) => id)).toEqual(['before', 'after']);
    await outbox.close();
    await state.close();
  });
});

async function unused() {
  throw new Error('not written here');
}
