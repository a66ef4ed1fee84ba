import { afterEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createGenerator } from '../../src/generator/choose.ts';
import { createLog } from '../../src/log.ts';
import { type ImageServer, startImageServer } from '../fakes/image-server.ts';
import { stabilityKey, startFakeStability } from '../fakes/stability/fake-stability.ts';

const open: ImageServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A server with OpenAI's API that keeps what it was sent to log in. */
async function startServer() {
  const server = await startImageServer(() => ({ status: 200, json: { object: 'list', data: [] } }));
  open.push(server);
  return { url: `${server.url}/v1`, logins: () => server.requests.map(({ headers }) => headers.authorization) };
}

const generatorOf = (environment: Record<string, string>) =>
  createGenerator(parseConfig(environment).image, createLog('silent'));
const askModels = async (environment: Record<string, string>) => (await generatorOf(environment)).models();

describe('the key of a service', () => {
  test('is never sent to another server', async () => {
    const rented = await startServer();
    await askModels({ IMAGE_BACKEND: `openai ${rented.url}`, OPENAI_API_KEY: 'sk-secret' });
    const elsewhere = { OPENAI_API_KEY: 'sk-secret', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' };
    await askModels({ IMAGE_BACKEND: `openai ${rented.url}`, ...elsewhere });
    expect(rented.logins()).toHaveLength(2);
    expect(rented.logins().join()).not.toContain('sk-secret');
  });

  test('is sent to the server that it is of, and before it that in the address', async () => {
    const server = await startServer();
    const shared = { OPENAI_API_KEY: 'sk-shared', OPENAI_BASE_URL: server.url };
    await askModels({ IMAGE_BACKEND: `openai ${server.url}`, ...shared });
    await askModels({ IMAGE_BACKEND: 'openai', ...shared });
    await askModels({ IMAGE_BACKEND: `openai ${server.url.replace('//', '//:sk%2Fown@')}`, ...shared });
    expect(server.logins()).toEqual(['Bearer sk-shared', 'Bearer sk-shared', 'Bearer sk/own']);
  });

  test('of Stability AI may be in the address alone', async () => {
    const server = await startFakeStability();
    open.push(server);
    const generator = await generatorOf({
      IMAGE_BACKEND: `stability ${server.url.replace('//', `//:${stabilityKey}@`)}`,
    });
    const made = await generator.generate({ prompt: 'a cat', count: 1, seed: 1, width: 1024, height: 1024 });
    expect(made.images).toHaveLength(1);
  });
});
