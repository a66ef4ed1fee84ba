import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { createImportLease } from '../../src/store/import-lease.ts';
import { temporaryFolder } from './folders.ts';
import { type OnServer, openOnServer } from './on-server.ts';

const refused = {
  name: 'BotError',
  code: 'conflict',
  message: expect.stringMatching(/Another import[\s\S]*one at a time/),
};
const minute = 60_000;

describe.each(['clickhouse', 'myscale-v1'] as const)('the right to import into %s', (kind) => {
  let opened: OnServer;
  let connections: [Connection, Connection, Connection];

  beforeAll(async () => {
    opened = await openOnServer({ kind });
    const connect = async () => createConnection(await connectServer(opened.server.url));
    connections = await Promise.all([connect(), connect(), connect()]);
  });
  afterAll(async () => {
    for (const { close } of connections) await close();
    await opened.close();
  });

  const programs = (times?: Parameters<typeof createImportLease>[1]) => {
    const [one, two, three] = connections;
    return [createImportLease(one, times), createImportLease(two, times), createImportLease(three, times)] as const;
  };

  const ends = async () => {
    const query = `SELECT toInt64(value) AS ends FROM meta FINAL WHERE startsWith(name, 'import lease ') AND value != ''`;
    const [found] = await connections[0].read(query, { row: z.object({ ends: z.coerce.number() }) });
    return found?.ends ?? 0;
  };

  it("is one program's until it gives it back", async () => {
    const [one, other] = programs();
    const lease = await one('one');
    await expect(other('other')).rejects.toMatchObject(refused);
    expect(lease.check()).toBeUndefined();
    await lease.release();
    await (await other('other')).release();
  });

  it("is never two programs', also when several ask at once", async () => {
    const asked = await Promise.allSettled(programs().map((hold, index) => hold(`program ${index}`)));
    const held = asked.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(held.length).toBeLessThanOrEqual(1);
    for (const outcome of asked) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refused);
    for (const lease of held) await lease.release();
  });

  it('is prolonged while its program lives', async () => {
    const [hold] = programs({ leaseMs: minute, beatMs: 20 });
    const lease = await hold('one');
    const first = await ends();
    await vi.waitUntil(async () => (await ends()) > first, { timeout: minute });
    lease.check();
    await lease.release();
    expect(await ends()).toBe(0);
  });

  it('is had at once by the installation of a program that was killed', async () => {
    const [killed, same, other] = programs({ leaseMs: minute, beatMs: 10 * minute });
    const dead = await killed('one');
    await expect(other('other')).rejects.toMatchObject(refused);
    await (await same('one')).release();
    await dead.release();
  });

  it('is had by others once a program that was killed has given no sign of life for long enough', async () => {
    const [killed, other] = programs({ leaseMs: 1, beatMs: 10 * minute });
    const dead = await killed('one');
    await vi.waitFor(() => expect(() => dead.check()).toThrow(/another may have begun/), { timeout: minute });
    await (await other('other')).release();
    await dead.release();
  });

  it('is lost, with word of it, by a program that can not reach the server', async () => {
    const [hold] = programs({ leaseMs: 1_000, beatMs: 50 });
    const lease = await hold('one');
    opened.server.faults.add('bad gateway', /^INSERT INTO meta \(name, value\) SELECT/, 1_000_000);
    await vi.waitFor(() => expect(() => lease.check()).toThrow(/another may have begun/), { timeout: minute });
    await lease.release();
  });
});

it('is not asked for where the database serves one program as it is', async () => {
  const { folder, remove } = temporaryFolder();
  const connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
  const hold = createImportLease(connection);
  for (const lease of [await hold('one'), await hold('other')]) {
    lease.check();
    await lease.release();
  }
  await connection.close();
  remove();
});
