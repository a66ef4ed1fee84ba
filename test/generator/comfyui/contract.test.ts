import { afterEach } from 'vitest';
import { type ComfyuiSettings, createComfyuiGenerator } from '../../../src/generator/comfyui.ts';
import { createPool } from '../../../src/generator/pool.ts';
import { createLog } from '../../../src/log.ts';
import { describeGenerator } from '../../contract/generator.ts';
import { describeDiscretion } from '../../contract/generator-faults.ts';
import { type FakeComfyui, startFakeComfyui } from '../../fakes/comfyui/fake-comfyui.ts';
import type { JobKind } from '../../fakes/comfyui/jobs.ts';
import { addressOfNothing } from '../../fakes/image-server.ts';

const settings = { model: 'v1-5-pruned-emaonly.safetensors', timeoutMs: 60_000 };

const open: FakeComfyui[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

/** A generator whose next job goes so. */
async function meeting(kind: JobKind, more: Partial<ComfyuiSettings> = {}) {
  const fake = await startFakeComfyui();
  open.push(fake);
  // A retry after too little memory meets it again.
  fake.script(kind, kind);
  return createComfyuiGenerator({ ...settings, ...more, url: fake.url });
}

describeGenerator(
  'ComfyUI',
  async () => {
    const fake = await startFakeComfyui();
    return { generator: createComfyuiGenerator({ ...settings, url: fake.url }), stop: fake.close };
  },
  {
    unreachable: async () => createComfyuiGenerator({ ...settings, url: await addressOfNothing() }),
    'wrong login': async () => {
      const fake = await startFakeComfyui({ login: 'ann:right' });
      open.push(fake);
      return createComfyuiGenerator({ ...settings, url: fake.url.replace('right', 'wrong') });
    },
    timeout: () => meeting('hang', { timeoutMs: 500 }),
    'body cut off': () => meeting('cut'),
    'no picture': () => meeting('page'),
    'too little memory for any size': () => meeting('memory'),
  },
);

describeGenerator('three ComfyUIs, one of them out of reach', async () => {
  const fakes = await Promise.all([startFakeComfyui(), startFakeComfyui()]);
  // Port 9 of this machine answers no one.
  const urls = ['http://127.0.0.1:9', ...fakes.map(({ url }) => url)];
  const backends = urls.map((url, index) => ({
    name: `gpu${index}`,
    weight: 1,
    isPaid: false,
    generator: createComfyuiGenerator({ ...settings, url }),
  }));
  return {
    generator: createPool(backends, { log: createLog('silent') }),
    makers: ['gpu1', 'gpu2'],
    stop: async () => void (await Promise.all(fakes.map((fake) => fake.close()))),
  };
});

describeDiscretion('ComfyUI', {
  'a node that fails': () => meeting('error'),
  'a node without memory': () => meeting('memory'),
  'a workflow that is rejected': async (prompt) => {
    const fake = await startFakeComfyui({ rejects: prompt });
    open.push(fake);
    return createComfyuiGenerator({ ...settings, url: fake.url });
  },
});
