import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openBullQueue } from '../../src/queue/bullmq.ts';
import type { QueueOptions } from '../../src/queue/queue.ts';
import { queueContract } from '../contract/queue.ts';
import { queueQuotaContract } from '../contract/queue-quota.ts';
import { hasRedis, type RedisServer, startRedis } from '../redis.ts';
import { queueProperties } from './queue-properties.ts';

describe.skipIf(!hasRedis)('with Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  async function open<Payload>(folder: string, options: QueueOptions) {
    const home = path.basename(folder);
    const queue = await openBullQueue<Payload>({ ...options, url: server.url, home, prefix: `{${home}}:` });
    return { queue, close: () => queue.close() };
  }

  queueContract('BullMQ', open);
  queueQuotaContract(open);
  queueProperties(open, 8);
});
