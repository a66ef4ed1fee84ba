import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openBullQueue } from '../../src/queue/bullmq.ts';
import { queueContract } from '../contract/queue.ts';
import { hasRedis, type RedisServer, startRedis } from '../redis.ts';

describe.skipIf(!hasRedis)('with Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  queueContract('BullMQ', async (folder, options) => {
    const name = path.basename(folder);
    const queue = await openBullQueue<{ text: string }>({
      ...options,
      url: server.url,
      home: name,
      prefix: `{${name}}:`,
    });
    return { queue, close: () => queue.close() };
  });
});
