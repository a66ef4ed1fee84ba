import type { ImageConfig } from '../image-settings.ts';
import type { Logger } from '../log.ts';
import { createA1111Generator } from './a1111.ts';
import type { BackendSettings } from './backend-settings.ts';
import { createComfyuiGenerator } from './comfyui.ts';
import type { ImageGenerator } from './generator.ts';
import { splitLogin } from './login.ts';
import { createOpenAiGenerator } from './openai.ts';
import { tellBeforePaying } from './paying.ts';
import type { PooledBackend } from './pool/member.ts';
import { createPool } from './pool.ts';
import { createSdcppGenerator } from './sdcpp.ts';
import { createSketchGenerator } from './sketch.ts';
import { createStabilityGenerator } from './stability.ts';

// Where the servers listen unless told otherwise.
const usualUrls = { a1111: 'http://127.0.0.1:7860', comfyui: 'http://127.0.0.1:8188', sdcpp: 'http://127.0.0.1:1234' };

/** What makes the pictures, by the settings: the one backend, or a pool of several. Throws BotError `invalid_settings` for a workflow that can't be used. */
export function createGenerator(config: ImageConfig, log: Logger): ImageGenerator {
  const backends = openBackends(config);
  const [only] = backends;
  if (!only || backends.length > 1) return createPool(backends, { log });
  return only.isPaid ? tellBeforePaying(only.generator) : only.generator;
}

/** Every backend by itself, as `createGenerator` would use it. */
export function openBackends(config: ImageConfig): PooledBackend[] {
  return config.backends.map((settings) => ({
    name: settings.name,
    weight: settings.weight,
    isPaid: settings.isPaid,
    generator: openBackend(settings, config),
  }));
}

function openBackend(settings: BackendSettings, config: ImageConfig): ImageGenerator {
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
    case 'openai':
      return createOpenAiGenerator({ ...openAiOf(settings, config), timeoutMs });
    case 'stability':
      return createStabilityGenerator({ ...settings, apiKey: config.stabilityKey ?? '', timeoutMs });
  }
}

/** Its own address and the key in that, else those of the language model. */
function openAiOf({ name, url, model }: BackendSettings, { openai }: ImageConfig) {
  const own = url === undefined ? undefined : { ...splitLogin(url), key: decodeURIComponent(new URL(url).password) };
  return {
    name,
    apiKey: own?.key || openai.apiKey || '',
    baseUrl: own?.base ?? openai.baseUrl,
    model: model ?? openai.model,
  };
}
