import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createWorkerClient, type WorkerClient } from '../../src/embedder/worker-client.ts';

/** A worker that echoes, refuses, throws or dies as it is told, and counts its own starts. */
function startTroubled(): WorkerClient<string, string> & { starts(): number } {
  let starts = 0;
  const client = createWorkerClient<string, string>(() => {
    starts += 1;
    return new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', ({ id, work }) => {
         if (work === 'exit') process.exit(3);
         if (work === 'throw') throw new Error('thrown in the worker');
         if (work === 'sleep') return;
         if (work === 'slow') return setTimeout(() => parentPort.postMessage({ id, result: 'echo ' + work }), 300);
         if (work === 'refuse') parentPort.postMessage({ id, failure: { code: 'unsupported_image', message: 'No picture.', detail: 'the stack' } });
         else parentPort.postMessage({ id, result: 'echo ' + work });
       });`,
      { eval: true },
    );
  });
  return { ...client, starts: () => starts };
}

describe('a worker client', () => {
  it('matches answers with requests and starts one worker', async () => {
    const client = startTroubled();
    expect(client.starts()).toBe(0);
    expect(await Promise.all(['a', 'b', 'c'].map(client.ask))).toEqual(['echo a', 'echo b', 'echo c']);
    expect(client.starts()).toBe(1);
    await client.close();
  });

  it('throws what the worker refuses, with its code, message and stack, and goes on', async () => {
    const client = startTroubled();
    await expect(client.ask('refuse')).rejects.toMatchObject({
      code: 'unsupported_image',
      message: 'No picture.',
      cause: { message: 'the stack' },
    });
    expect(await client.ask('a')).toBe('echo a');
    expect(client.starts()).toBe(1);
    await client.close();
  });

  it.each([
    ['exit', 'The worker thread ended with code 3'],
    ['throw', 'thrown in the worker'],
  ])('fails all that waits when the worker dies by %s, and starts another for the next request', async (how, cause) => {
    const client = startTroubled();
    const waiting = [client.ask('sleep'), client.ask(how)];
    for (const one of waiting) {
      await expect(one).rejects.toMatchObject({ code: 'internal', cause: { message: cause } });
    }
    expect(await client.ask('a')).toBe('echo a');
    expect(client.starts()).toBe(2);
    await client.close();
  });

  it('lets the worker answer before it ends: ONNX Runtime, stopped in the middle, aborts the whole process', async () => {
    const client = startTroubled();
    const slow = client.ask('slow');
    await client.close();
    expect(await slow).toBe('echo slow');
  });
});
