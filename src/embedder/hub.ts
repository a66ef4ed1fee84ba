import { BotError } from '../errors.ts';
import type { ModelSetting } from './model-name.ts';

/** A file of a model on the hub, as its headers describe it. */
export interface HubFile {
  name: string;
  url: string;
  /** Bytes; undefined when a mirror does not say. */
  size: number | undefined;
  /** What the hub gives for checking: the SHA-256 of a large file (64 hex digits), the git blob SHA-1 of a small one (40). */
  digest: string | undefined;
  /** The version of the whole model, so that all files are of one version. */
  commit: string | undefined;
}

export interface HubOptions {
  hubUrl: string;
  /** `owner/name`. */
  id: string;
  /** What the operator names the model with, for messages. */
  setting: ModelSetting;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** The address of a file, as the hub's clients build it. */
function fileUrl(hubUrl: string, id: string, revision: string, name: string): string {
  return `${hubUrl.replace(/\/+$/, '')}/${id}/resolve/${revision}/${name}`;
}

/** True when the hub shows the model's config.json within the time; a login page of some network in between does not count. */
export async function hubAnswers({
  hubUrl,
  id,
  timeoutMs,
}: Pick<HubOptions, 'hubUrl' | 'id' | 'timeoutMs'>): Promise<boolean> {
  try {
    const response = await head(fileUrl(hubUrl, id, 'main', 'config.json'), AbortSignal.timeout(timeoutMs));
    return response.ok || response.headers.has('x-repo-commit');
  } catch {
    return false;
  }
}

/**
 * Asks the hub about one file without its bytes (as `get_hf_file_metadata` of huggingface_hub does).
 * Throws BotError `model_unavailable` for what trying again can't help (absent, private, gated), a plain Error otherwise.
 */
export async function describeHubFile(options: HubOptions, name: string, revision: string): Promise<HubFile> {
  const url = fileUrl(options.hubUrl, options.id, revision, name);
  const timeout = AbortSignal.timeout(Math.min(options.timeoutMs, longestHead));
  const response = await head(url, options.signal ? AbortSignal.any([options.signal, timeout]) : timeout);
  if (response.status >= 400) throw refusal(options, name, response.status);
  const size = response.headers.get('x-linked-size') ?? response.headers.get('content-length');
  return {
    name,
    url,
    size: size === null || !/^\d+$/.test(size) ? undefined : Number(size),
    digest: digestOf(response.headers.get('x-linked-etag') ?? response.headers.get('etag')),
    commit: response.headers.get('x-repo-commit') ?? undefined,
  };
}

/** What a refused request means to the operator. */
export function refusal({ hubUrl, id, setting }: HubOptions, name: string, status: number): Error {
  const { host } = new URL(hubUrl);
  if (status === 401 || status === 403) {
    return new BotError(
      'model_unavailable',
      `${host} refuses the model ${id}: it does not exist, is private or asks for an agreement. Correct ${setting}, or download it yourself and give ${setting} its folder.`,
    );
  }
  if (status === 404) {
    return new BotError(
      'model_unavailable',
      `${host} has no ${name} for the model ${id}. ${setting} must name a quantised CLIP export for transformers.js, such as Xenova/clip-vit-base-patch32.`,
    );
  }
  return new Error(`HTTP ${status} for ${name}`);
}

const mostRedirects = 5;

/** Headers come soon or not at all, ms. */
const longestHead = 10_000;

/** Follows redirects on the hub itself (a renamed model), but not to its file servers, whose headers lack what the hub says. */
async function head(url: string, signal: AbortSignal, redirects = mostRedirects): Promise<Response> {
  const response = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    headers: { 'accept-encoding': 'identity' },
    signal,
  });
  const location = response.headers.get('location');
  const isRelative = location !== null && !URL.canParse(location);
  return isRelative && redirects > 0 ? head(new URL(location, url).href, signal, redirects - 1) : response;
}

function digestOf(etag: string | null): string | undefined {
  const digest = etag?.replace(/^W\//, '').replaceAll('"', '');
  return digest && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest) ? digest : undefined;
}
