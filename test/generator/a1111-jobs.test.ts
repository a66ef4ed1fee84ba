import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isAbort } from '../../src/errors.ts';
import { abandon } from '../../src/generator/a1111/task.ts';
import { type A1111Settings, createA1111Generator } from '../../src/generator/a1111.ts';
import type { GenerationProgress } from '../../src/generator/generator.ts';
import { createHttpClient } from '../../src/generator/http.ts';
import { placesToMend } from '../../src/generator/stable-diffusion.ts';
import { type FakeA1111, startFakeA1111 } from '../fakes/a1111/fake-a1111.ts';

const request = { prompt: 'a cat', count: 1, seed: 7, width: 512, height: 512 };
const gatewayTimeout = { status: 504, body: 'Gateway Timeout', type: 'text/html' };
const open: FakeA1111[] = [];

async function start(options: Parameters<typeof startFakeA1111>[0] = {}) {
  const server = await startFakeA1111(options);
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function generatorAt(server: { url: string }, more: Partial<A1111Settings> = {}) {
  return createA1111Generator({ url: server.url, pollMs: 5, ...more });
}

describe('the progress of a job at A1111', () => {
  async function progressOf(server: FakeA1111, until: (seen: GenerationProgress[]) => void) {
    const seen: GenerationProgress[] = [];
    const run = generatorAt(server).generate(request, { onProgress: (progress) => seen.push(progress) });
    await vi.waitFor(() => until(seen), { timeout: 20_000 });
    server.state.release();
    await run;
    return seen;
  }

  test.each([true, false])('has steps, and now and then a preview (task ids: %j)', async (hasTaskIds) => {
    const server = await start({ hasTaskIds });
    server.state.hold();
    const seen = await progressOf(server, (so) => expect(so.some(({ preview }) => preview)).toBe(true));
    expect(seen[0]).toMatchObject({ step: 0, steps: 20 });
    const previews = seen.filter(({ preview }) => preview);
    expect(await sharp(previews[0]?.preview).metadata()).toMatchObject({ width: 64, height: 64 });
    expect(previews.length).toBeLessThan(seen.length);
  });

  test.each([true, false])("is not told from somebody else's job (task ids: %j)", async (hasTaskIds) => {
    const server = await start({ hasTaskIds });
    server.state.hold();
    const other = server.occupy('task(other)');
    const seen: GenerationProgress[] = [];
    const run = generatorAt(server).generate(request, { onProgress: (progress) => seen.push(progress) });
    const looks = () => server.requests.filter(({ path }) => path.endsWith('/progress')).length;
    await vi.waitFor(() => expect(looks()).toBeGreaterThan(10), { timeout: 20_000 });
    expect(seen).toEqual([]);
    server.state.release();
    await Promise.all([other, run]);
    expect(seen.at(-1)).toEqual({ fraction: 1 });
  });
});

describe('an abort at A1111', () => {
  async function abortWhen(server: FakeA1111, ready: () => void) {
    const stopping = new AbortController();
    const run = generatorAt(server).generate({ ...request, count: 4 }, { signal: stopping.signal });
    const settled = run.catch((error: unknown) => error);
    await vi.waitFor(ready, { timeout: 20_000 });
    stopping.abort();
    expect(isAbort(await settled)).toBe(true);
  }

  test('stops the job on the server when it is the one that runs', async () => {
    const server = await start();
    server.state.hold();
    await abortWhen(server, () => expect(server.state.current()).toBeDefined());
    await vi.waitFor(() => expect(server.state.interrupted).toEqual(server.state.accepted), { timeout: 20_000 });
  });

  test("never stops somebody else's job while its own waits", async () => {
    const server = await start();
    server.state.hold();
    const other = server.occupy('task(other)');
    await abortWhen(server, () => expect(server.state.accepted).toHaveLength(2));
    expect(server.requests.some(({ path }) => path.endsWith('/interrupt'))).toBe(false);
    server.state.release();
    await other;
    expect(server.state.interrupted).toEqual([]);
  });

  test.each([
    [
      'an abort',
      async (run: Promise<unknown>, stop: () => void) => {
        stop();
        expect(isAbort(await run)).toBe(true);
      },
    ],
    [
      'a broken connection',
      async (run: Promise<unknown>, _stop: () => void, server: FakeA1111) => {
        server.breakConnections();
        expect(await run).toMatchObject({ message: expect.stringMatching(/broke off/) });
      },
    ],
  ])('its own that waits is stopped when its turn comes, after %s', async (_name, giveUp) => {
    const server = await start();
    server.state.hold();
    const other = server.occupy('task(other)');
    const stopping = new AbortController();
    const run = generatorAt(server)
      .generate(request, { signal: stopping.signal })
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(server.state.accepted).toHaveLength(2), { timeout: 20_000 });
    await giveUp(run, () => stopping.abort(), server);
    expect(server.state.interrupted).toEqual([]);
    server.state.interrupt();
    await other;
    const [, ours] = server.state.accepted;
    await vi.waitFor(() => expect(server.state.interrupted).toEqual(['task(other)', ours]), { timeout: 20_000 });
  });

  test.each([
    ['a broken connection', (server: FakeA1111) => server.breakConnections()],
    ['a gateway that gives up', (server: FakeA1111) => server.answerWaiting('/txt2img', gatewayTimeout)],
  ])('a job that runs is stopped after %s', async (_name, fail) => {
    const server = await start();
    server.state.hold();
    const run = generatorAt(server)
      .generate(request)
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(server.state.current()).toBeDefined(), { timeout: 20_000 });
    fail(server);
    expect(await run).toMatchObject({ code: 'generator_failed' });
    await vi.waitFor(() => expect(server.state.interrupted).toEqual(server.state.accepted), { timeout: 20_000 });
  });

  /** What the server says while `task(ours)` runs; what really runs is another by the time that it is heard. */
  const oursAt = (progress: number) => ({
    status: 200,
    json: { progress, state: { job_count: 1 }, current_image: null, current_task: 'task(ours)' },
  });

  test.each([
    ['that ended since the last look', [oursAt(0.5)], []],
    ['that is nearly done', [oursAt(0.5), oursAt(0.96)], []],
    ['that runs for longer', [oursAt(0.5), oursAt(0.5)], ['task(other)']],
  ])('as for a task %s', async (_name, looks, interrupted) => {
    const server = await start();
    server.state.hold();
    const other = server.occupy('task(other)');
    await vi.waitFor(() => expect(server.state.current()).toBeDefined(), { timeout: 20_000 });
    server.script('/progress', ...looks);
    const client = createHttpClient({ name: 'it', url: server.url, settings: placesToMend });
    await abandon(client, { id: 'task(ours)', startedAlone: true }, { pollMs: 5, forMs: 1000 });
    server.state.release();
    await other;
    expect(server.state.interrupted).toEqual(interrupted);
  });

  test('interrupts nothing where the server tells no task ids', async () => {
    const server = await start({ hasTaskIds: false });
    server.state.hold();
    await abortWhen(server, () => expect(server.state.current()).toBeDefined());
    expect(server.requests.some(({ path }) => path.endsWith('/interrupt'))).toBe(false);
    server.state.release();
  });

  test('a job that takes too long is stopped there too', async () => {
    const server = await start();
    server.state.hold();
    const run = generatorAt(server, { timeoutMs: 1000 }).generate(request);
    await expect(run).rejects.toThrow(/took longer than/);
    await vi.waitFor(() => expect(server.state.interrupted).toHaveLength(1), { timeout: 20_000 });
  });
});
