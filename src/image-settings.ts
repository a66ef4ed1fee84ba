import { z } from 'zod';
import { type BackendKind, type BackendSettings, parseBackends } from './generator/backend-settings.ts';
import { needsKey, takesSharedKey } from './generator/openai/shared-key.ts';

/** The settings of what makes the pictures; part of src/config.ts. */
export const imageSettings = {
  IMAGE_BACKEND: z.string().optional(),
  IMAGE_BACKENDS: z.string().optional(),
  IMAGE_TIMEOUT_S: z.coerce
    .number({ error: 'must be a number' })
    .min(1, 'must be at least 1')
    .max(86_400, 'must be at most 86400, a day')
    .default(600),
  IMAGE_CONCURRENCY: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(100, 'must be at most 100')
    .optional(),
  COMFYUI_WORKFLOW: z.string().optional(),
  COMFYUI_SOURCE_WORKFLOW: z.string().optional(),
  OPENAI_IMAGE_MODEL: z.string().optional(),
  STABILITY_API_KEY: z.string().optional(),
};

type ImageSettings = z.infer<z.ZodObject<typeof imageSettings>>;
type Given = Readonly<Record<string, string | undefined>>;

export interface ImageConfig {
  /** At least one. */
  backends: readonly BackendSettings[];
  /** Of one run, in milliseconds. */
  timeoutMs: number;
  /** Runs at a time. */
  concurrency: number;
  /** Workflow files in API format, the second for runs that start from a picture; both undefined: the built-in ones. */
  comfyui: { workflow: string | undefined; sourceWorkflow: string | undefined };
  /** Of the backends that do not say it themselves. */
  openai: { apiKey: string | undefined; baseUrl: string | undefined; model: string | undefined };
  stabilityKey: string | undefined;
}

/** Settings that mean nothing without a backend of a kind. */
const ofKind: Readonly<Record<string, BackendKind>> = {
  COMFYUI_WORKFLOW: 'comfyui',
  COMFYUI_SOURCE_WORKFLOW: 'comfyui',
  OPENAI_IMAGE_MODEL: 'openai',
  STABILITY_API_KEY: 'stability',
};
/** What is wrong with the image settings taken together, each with its remedy. */
export function imageFaults(given: Given): string[] {
  const { IMAGE_BACKEND: one, IMAGE_BACKENDS: several } = given;
  if (one && several) return ['IMAGE_BACKEND and IMAGE_BACKENDS are both set: keep IMAGE_BACKENDS, the list, alone'];
  const setting = several ? 'IMAGE_BACKENDS' : 'IMAGE_BACKEND';
  const { backends, faults } = backendsOf(given);
  const used = new Set(backends.map(({ kind }) => kind));
  const listFaults = one && backends.length > 1 ? ['names several backends: use IMAGE_BACKENDS for a list'] : [];
  return [
    ...[...faults, ...listFaults].map((fault) => `${setting} ${fault}`),
    ...Object.entries(ofKind)
      .filter(([name, kind]) => given[name] && !used.has(kind))
      .map(
        ([name, kind]) =>
          `${name} is set without the backend ${kind}: add ${kind} to IMAGE_BACKENDS, or remove ${name}`,
      ),
    ...new Set(
      backends.flatMap((backend) => keyFault(backend, given) ?? []).map((fault) => `${setting} names ${fault}`),
    ),
  ];
}

function keyFault(backend: BackendSettings, given: Given): string | undefined {
  const { kind, url } = backend;
  if (passwordOf(backend)) return undefined;
  if (kind === 'stability' && !given['STABILITY_API_KEY']) return 'stability, which needs STABILITY_API_KEY: set it';
  if (kind !== 'openai' || !needsKey(url)) return undefined;
  const { OPENAI_BASE_URL: shared } = given;
  if (!takesSharedKey(url, shared && URL.canParse(shared) ? shared : undefined))
    return "openai at OpenAI's own address, but OPENAI_API_KEY is that of OPENAI_BASE_URL: put its key into its address, https://:<key>@api.openai.com/v1";
  return given['OPENAI_API_KEY'] ? undefined : 'openai, which needs OPENAI_API_KEY: set it';
}

export function imageConfigOf(
  values: ImageSettings,
  openai: { apiKey: string; baseUrl: string | undefined } | undefined,
): ImageConfig {
  const { backends } = backendsOf(values);
  return {
    backends,
    timeoutMs: values.IMAGE_TIMEOUT_S * 1000,
    concurrency: values.IMAGE_CONCURRENCY ?? backends.length,
    comfyui: { workflow: values.COMFYUI_WORKFLOW, sourceWorkflow: values.COMFYUI_SOURCE_WORKFLOW },
    openai: { apiKey: openai?.apiKey, baseUrl: openai?.baseUrl, model: values.OPENAI_IMAGE_MODEL },
    stabilityKey: values.STABILITY_API_KEY,
  };
}

/** Logins in addresses, and keys. */
export function imageSecrets(values: ImageSettings): string[] {
  const passwords = backendsOf(values).backends.map((backend) => passwordOf(backend));
  return [values.STABILITY_API_KEY ?? '', ...passwords].filter(Boolean);
}

function backendsOf({ IMAGE_BACKEND, IMAGE_BACKENDS }: Pick<ImageSettings, 'IMAGE_BACKEND' | 'IMAGE_BACKENDS'>) {
  return parseBackends(IMAGE_BACKENDS ?? IMAGE_BACKEND ?? 'sketch');
}

function passwordOf({ url }: BackendSettings): string {
  return url ? new URL(url).password : '';
}
