import { createComfyuiGenerator } from '../../../src/generator/comfyui.ts';
import { createPool } from '../../../src/generator/pool.ts';
import { createLog } from '../../../src/log.ts';
import { describeGenerator } from '../../contract/generator.ts';
import { startFakeComfyui } from '../../fakes/comfyui/fake-comfyui.ts';

const settings = { model: 'v1-5-pruned-emaonly.safetensors', timeoutMs: 60_000 };

describeGenerator('ComfyUI', async () => {
  const fake = await startFakeComfyui();
  return { generator: createComfyuiGenerator({ ...settings, url: fake.url }), stop: fake.close };
});

describeGenerator('three ComfyUIs, one of them out of reach', async () => {
  const fakes = await Promise.all([startFakeComfyui(), startFakeComfyui()]);
  // Port 9 of this machine answers no one.
  const urls = ['http://127.0.0.1:9', ...fakes.map(({ url }) => url)];
  const backends = urls.map((url, index) => ({
    name: `gpu${index}`,
    weight: 1,
    generator: createComfyuiGenerator({ ...settings, url }),
  }));
  return {
    generator: createPool(backends, { log: createLog('silent') }),
    stop: async () => void (await Promise.all(fakes.map((fake) => fake.close()))),
  };
});
