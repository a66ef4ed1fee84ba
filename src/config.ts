import { existsSync } from 'node:fs';
import { z } from 'zod';
import { BotError } from './errors.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '::1']);

const webAddress = z.url({ protocol: /^https?$/, error: 'must be a web address such as http://localhost:8123' });

/** Every setting, by its name in the environment. Descriptions and defaults are in .env.example; a test holds the two equal. */
const settings = z.object({
  DATA_DIR: z.string().default('./data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(0, 'must be 0 to 65535')
    .max(65535, 'must be 0 to 65535')
    .default(3000),
  WEB_TOKEN: z.string().min(16, 'must have at least 16 characters; `openssl rand -hex 16` makes one').optional(),
  CLIP_MODEL: z.string().optional(),
  HF_ENDPOINT: webAddress.default('https://huggingface.co'),
  CLICKHOUSE_URL: webAddress.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: webAddress.optional(),
  OPENAI_MODEL: z.string().optional(),
  MAX_QUEUED: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .default(100),
  MAX_IMAGE_MB: z.coerce
    .number({ error: 'must be a number' })
    .positive('must be more than 0')
    .max(100, 'must be at most 100')
    .default(20),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], { error: 'must be trace, debug, info, warn or error' })
    .default('info'),
});

type Settings = z.infer<typeof settings>;

/** The names of all settings, for the test that compares them with .env.example. */
export const settingNames: readonly string[] = Object.keys(settings.shape);

export interface Config {
  dataDir: string;
  logLevel: string;
  /** Undefined: the database's own model, or the hub's, or the bundled one (src/embedder/choose.ts). */
  clipModel: string | undefined;
  hubUrl: string;
  /** Undefined: chDB in the process. */
  clickhouseUrl: string | undefined;
  web: { host: string; port: number; token: string | undefined };
  openai: { apiKey: string; baseUrl: string | undefined; model: string } | undefined;
  maxQueued: number;
  maxImageBytes: number;
  /** Values that must never appear in a log. */
  secrets: readonly string[];
}

/** Reads `.env` of the working directory (if any) and the environment, which wins. Throws BotError `invalid_settings` that lists every fault. */
export function loadConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig(process.env);
}

/** Parses an environment. An empty value counts as unset. Throws BotError `invalid_settings` that lists every fault. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => settingNames.includes(name) && value?.trim()),
  );
  const parsed = settings.safeParse(given);
  const faults = [...(parsed.success ? [] : parsed.error.issues.map(describe)), ...groupFaults(given)];
  if (!parsed.success || faults.length > 0) {
    throw new BotError(
      'invalid_settings',
      `The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nSee .env.example for what each setting takes.`,
    );
  }
  return toConfig(parsed.data);
}

function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')} ${issue.message}`;
}

function groupFaults(given: Readonly<Record<string, string | undefined>>): string[] {
  const faults: string[] = [];
  if (given.HOST && !loopback.has(given.HOST) && !given.WEB_TOKEN) {
    faults.push(
      `HOST ${given.HOST} opens the page to others, so it needs WEB_TOKEN too: set one, or remove HOST to stay on this machine`,
    );
  }
  if (given.OPENAI_MODEL && !given.OPENAI_API_KEY) {
    faults.push(
      'OPENAI_MODEL is set without OPENAI_API_KEY: set the key (any text for a local server), or remove OPENAI_MODEL',
    );
  }
  if (given.OPENAI_BASE_URL && !given.OPENAI_API_KEY) {
    faults.push(
      'OPENAI_BASE_URL is set without OPENAI_API_KEY: set the key (any text for a local server), or remove OPENAI_BASE_URL',
    );
  }
  return faults;
}

function toConfig(values: Settings): Config {
  return {
    dataDir: values.DATA_DIR,
    logLevel: values.LOG_LEVEL,
    clipModel: values.CLIP_MODEL,
    hubUrl: values.HF_ENDPOINT,
    clickhouseUrl: values.CLICKHOUSE_URL,
    web: { host: values.HOST, port: values.PORT, token: values.WEB_TOKEN },
    openai: values.OPENAI_API_KEY
      ? { apiKey: values.OPENAI_API_KEY, baseUrl: values.OPENAI_BASE_URL, model: values.OPENAI_MODEL ?? 'gpt-4.1' }
      : undefined,
    maxQueued: values.MAX_QUEUED,
    maxImageBytes: values.MAX_IMAGE_MB * 1024 * 1024,
    secrets: secretsOf(values),
  };
}

function secretsOf(values: Settings): string[] {
  const databasePassword = values.CLICKHOUSE_URL && decodeURIComponent(new URL(values.CLICKHOUSE_URL).password);
  return [values.WEB_TOKEN, values.OPENAI_API_KEY, databasePassword].flatMap((secret) => secret || []);
}
