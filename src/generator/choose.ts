import type { ImageConfig } from '../image-settings.ts';
import type { Logger } from '../log.ts';
import { createA1111Generator } from './a1111.ts';
import type { BackendSettings } from './backend-settings.ts';
import { createComfyuiGenerator } from './comfyui.ts';
import type { ImageGenerator } from './generator.ts';
import { splitKey } from './login.ts';
import { takesSharedKey } from './openai/shared-key.ts';
import { tellBeforePaying } from './paying.ts';
import type { PooledBackend } from './pool/member.ts';
import { createPool } from './pool.ts';
import { createSdcppGenerator } from './sdcpp.ts';
import { createSketchGenerator } from './sketch.ts';
import { createStabilityGenerator } from './stability.ts';

// Where the servers listen unless told otherwise.
const usualUrls = { a1111: 'http://127.0.0.1:7860', comfyui: 'http://127.0.0.1:8188', sdcpp: 'http://127.0.0.1:1234' };

/** What makes the pictures, by the settings: the one backend, or a pool of several. Throws BotError `invalid_settings` for a workflow that can't be used. */
export async function createGenerator(config: ImageConfig, log: Logger): Promise<ImageGenerator> {
  const backends = await openBackends(config, log);
  const [only] = backends;
  if (!only || backends.length > 1) return createPool(backends, { log });
  return only.isPaid ? tellBeforePaying(only.generator) : only.generator;
}

/** Every backend by itself, as `createGenerator` would use it. */
export function openBackends(config: ImageConfig, log?: Logger): Promise<PooledBackend[]> {
  return Promise.all(
    config.backends.map(async (settings) => ({
      name: settings.name,
      weight: settings.weight,
      isPaid: settings.isPaid,
      generator: await openBackend(settings, config, log),
    })),
  );
}

async function openBackend(
  settings: BackendSettings,
  config: ImageConfig,
  log: Logger | undefined,
): Promise<ImageGenerator> {
  const { timeoutMs } = config;
  switch (settings.kind) {
    case 'sketch':
      return createSketchGenerator();
    case 'a1111':
      return createA1111Generator({ ...settings, url: settings.url ?? usualUrls.a1111, timeoutMs });
    case 'comfyui':
      return createComfyuiGenerator({
        ...settings,
        ...config.comfyui,
        url: settings.url ?? usualUrls.comfyui,
        timeoutMs,
      });
    case 'sdcpp':
      return createSdcppGenerator({ ...settings, url: settings.url ?? usualUrls.sdcpp, times: { timeoutMs } });
    case 'openai': {
      const { createOpenAiGenerator } = await import('./openai.ts');
      return createOpenAiGenerator({ ...openAiOf(settings, config), timeoutMs });
    }
    case 'stability':
      return createStabilityGenerator({ ...settings, ...stabilityOf(settings, config), timeoutMs, log });
  }
}

/** Its own address with the key in that; the language model's where that is the same place. A server of one's own may need none. */
function openAiOf({ name, url, model, quality }: BackendSettings, { openai }: ImageConfig) {
  const own = url === undefined ? undefined : splitKey(url);
  const shared = takesSharedKey(url, openai.baseUrl) ? openai.apiKey : undefined;
  return {
    name,
    apiKey: own?.key ?? shared ?? 'none',
    baseUrl: own?.base ?? openai.baseUrl,
    model: model ?? openai.model,
    quality,
  };
}

/** The key in its own address goes before that of the settings. */
function stabilityOf({ url }: BackendSettings, { stabilityKey = '' }: ImageConfig) {
  const own = url === undefined ? undefined : splitKey(url);
  return { url: own?.base, apiKey: own?.key ?? stabilityKey };
}
