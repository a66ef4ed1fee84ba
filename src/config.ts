import { z } from 'zod';
import { loadEnvFile } from './env-file.ts';
import { BotError } from './errors.ts';
import { type ImageConfig, imageConfigOf, imageFaults, imageSecrets, imageSettings } from './image-settings.ts';
import { type S3Config, s3ConfigOf, s3Settings } from './images/s3-settings.ts';
import {
  type ModerationConfig,
  moderationConfigOf,
  moderationFaults,
  moderationSettings,
} from './moderation-settings.ts';
import {
  type DiscordConfig,
  discordConfigOf,
  platformSettings,
  type SlackConfig,
  slackConfigOf,
  slackFaults,
} from './platform-settings.ts';
import { type QueueConfig, queueConfigOf, queueSettings } from './queue-settings.ts';
import { fileFaults } from './setting-files.ts';
import { groupFaults } from './setting-groups.ts';
import { port, webAddress } from './setting-kinds.ts';
import { misspeltSettings } from './setting-names.ts';
import { type VectorIndexChoice, vectorIndexSetting } from './vector-index-setting.ts';

/** Every setting, by its name in the environment. Descriptions and defaults are in .env.example; a test holds the two equal. */
const settings = z.object({
  DATA_DIR: z.string().default('./data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  WEB_TOKEN: z.string().min(16, 'must have at least 16 characters; `openssl rand -hex 16` makes one').optional(),
  CLIP_MODEL: z.string().optional(),
  HF_ENDPOINT: webAddress.default('https://huggingface.co'),
  CLICKHOUSE_URL: webAddress.optional(),
  VECTOR_INDEX: vectorIndexSetting.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: webAddress.optional(),
  OPENAI_MODEL: z.string().optional(),
  ...imageSettings,
  ...moderationSettings,
  ALLOW_LORA: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  ...platformSettings,
  ...s3Settings,
  ...queueSettings,
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
  /** Undefined: the engine's own, or MSTG on MyScale. */
  vectorIndex: VectorIndexChoice | undefined;
  web: { host: string; port: number; token: string | undefined };
  openai: { apiKey: string; baseUrl: string | undefined; model: string } | undefined;
  image: ImageConfig;
  moderation: ModerationConfig;
  /** Prompts may name weight files of the image server: `<lora:...>`. */
  allowLora: boolean;
  discord: DiscordConfig | undefined;
  slack: SlackConfig | undefined;
  /** Undefined: pictures are files in the data folder. */
  s3: S3Config | undefined;
  queue: QueueConfig;
  maxImageBytes: number;
  /** Values that must never appear in a log. */
  secrets: readonly string[];
  /** What is no fault, and yet not meant, it seems: names that are no setting's. */
  warnings: readonly string[];
}

/** Reads `.env` of the working directory (if any) and the environment, which wins. Throws BotError `invalid_settings` that lists every fault. */
export function loadConfig(): Config {
  const written = loadEnvFile();
  return parseConfig(process.env, written);
}

/** VECTOR_INDEX alone, for what needs no server and no other setting. Throws BotError `invalid_settings`. */
export function loadVectorIndex(): VectorIndexChoice | undefined {
  loadEnvFile();
  const given = process.env.VECTOR_INDEX?.trim();
  if (!given) return undefined;
  const { data, error } = vectorIndexSetting.safeParse(given);
  if (error)
    throw invalidSettings(
      error.issues.map(({ message }) => `VECTOR_INDEX ${message}`),
      [],
    );
  return data;
}

/** Parses an environment. An empty value counts as unset. `written`: the names that the .env file has. Throws BotError `invalid_settings` that lists every fault. */
export function parseConfig(
  environment: Readonly<Record<string, string | undefined>>,
  written: readonly string[] = [],
): Config {
  const warnings = misspeltSettings({ written, set: Object.keys(environment) }, settingNames);
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => settingNames.includes(name) && value?.trim()),
  );
  const parsed = settings.safeParse(given);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.map(describe)),
    ...groupFaults(given),
    ...slackFaults(given),
    ...imageFaults(given),
    ...moderationFaults(given),
    ...fileFaults(given),
  ];
  if (!parsed.success || faults.length > 0) {
    throw invalidSettings(faults, warnings);
  }
  return toConfig(parsed.data, warnings);
}

function invalidSettings(faults: readonly string[], warnings: readonly string[]): BotError {
  const listed = [
    `The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`,
    ...faults.map((fault) => `  - ${fault}`),
    ...warnings,
    'See .env.example for what each setting takes.',
  ];
  return new BotError('invalid_settings', listed.join('\n'));
}

function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')} ${issue.message}`;
}

function toConfig(values: Settings, warnings: readonly string[]): Config {
  const openai = openaiOf(values);
  return {
    dataDir: values.DATA_DIR,
    logLevel: values.LOG_LEVEL,
    clipModel: values.CLIP_MODEL,
    hubUrl: values.HF_ENDPOINT,
    clickhouseUrl: values.CLICKHOUSE_URL,
    vectorIndex: values.VECTOR_INDEX,
    web: { host: values.HOST, port: values.PORT, token: values.WEB_TOKEN },
    openai,
    image: imageConfigOf(values, openai),
    moderation: moderationConfigOf(values, openai),
    allowLora: values.ALLOW_LORA === 'true',
    discord: discordConfigOf(values),
    slack: slackConfigOf(values),
    s3: s3ConfigOf(values),
    queue: queueConfigOf(values),
    maxImageBytes: values.MAX_IMAGE_MB * 1024 * 1024,
    secrets: secretsOf(values),
    warnings,
  };
}

function openaiOf(values: Settings): Config['openai'] {
  if (!values.OPENAI_API_KEY) return undefined;
  return { apiKey: values.OPENAI_API_KEY, baseUrl: values.OPENAI_BASE_URL, model: values.OPENAI_MODEL ?? 'gpt-4.1' };
}

function secretsOf(values: Settings): string[] {
  const addresses = [values.CLICKHOUSE_URL, values.REDIS_URL].filter((address) => address !== undefined);
  const passwords = [...addresses.map((address) => new URL(address).password), ...imageSecrets(values)];
  const { WEB_TOKEN, OPENAI_API_KEY, DISCORD_TOKEN, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET } = values;
  const tokens = [WEB_TOKEN, OPENAI_API_KEY, DISCORD_TOKEN, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET];
  const keys = [values.S3_SECRET_ACCESS_KEY, values.OPENAI_MODERATION_API_KEY];
  return [...new Set([...tokens, ...keys, ...passwords, ...passwords.map(decoded)])].flatMap((secret) => secret || []);
}

/** As the server sees it; a stray % is no reason to fail. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
