import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { JobPayload } from '../../src/job.ts';
import { openBullQueue } from '../../src/queue/bullmq.ts';
import { queueContract } from '../contract/queue.ts';
import { hasRedis, type RedisServer, startRedis } from '../redis.ts';
import { queueProperties } from './queue-properties.ts';

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

  queueProperties(async (folder, options) => {
    const name = path.basename(folder);
    const queue = await openBullQueue<JobPayload>({ ...options, url: server.url, home: name, prefix: `{${name}}:` });
    return { queue, close: () => queue.close() };
  }, 8);
});
