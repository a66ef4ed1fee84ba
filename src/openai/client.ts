import OpenAI from 'openai';

export interface OpenAiClientSettings {
  apiKey: string;
  /** Of any server with the same API, where the key is sent; undefined: OpenAI's own. */
  baseUrl?: string | undefined;
  /** Milliseconds of one request until its headers. */
  timeout: number;
  maxRetries: number;
}

const officialUrl = 'https://api.openai.com/v1';

/** The client, that takes nothing from the environment and writes no log. */
export function createOpenAiClient({ apiKey, baseUrl, timeout, maxRetries }: OpenAiClientSettings): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl ?? officialUrl,
    // Else the package reads these from the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    logLevel: 'off',
    maxRetries,
    timeout,
  });
}
