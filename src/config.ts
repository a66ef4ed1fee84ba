import { existsSync } from 'node:fs';
import { z } from 'zod';
import { BotError } from './errors.ts';
import { type ImageConfig, imageConfigOf, imageFaults, imageSecrets, imageSettings } from './image-settings.ts';
import { type S3Config, s3ConfigOf, s3Settings } from './images/s3-settings.ts';
import {
  type ModerationConfig,
  moderationConfigOf,
  moderationFaults,
  moderationSettings,
} from './moderation-settings.ts';
import { type QueueConfig, queueConfigOf, queueSettings } from './queue-settings.ts';
import { groupFaults } from './setting-groups.ts';
import { type VectorIndexChoice, vectorIndexSetting } from './vector-index-setting.ts';
import { webAddress } from './web-address.ts';

const port = z.coerce
  .number({ error: 'must be a number' })
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65535, 'must be 0 to 65535');

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
  DISCORD_TOKEN: z.string().optional(),
  DISCORD_GUILD_ID: z.string().regex(/^\d+$/, 'must be the number of a server').optional(),
  DISCORD_API_URL: webAddress.optional(),
  DISCORD_SHARDS: z
    .string()
    .regex(/^(auto|[\d\s,-]+\/\s*\d+)$/, 'must be auto, or shards of so many such as 0/4, 0-3/8 or 0,2/4')
    .optional(),
  SLACK_BOT_TOKEN: z.string().optional(),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_PORT: port.optional(),
  SLACK_API_URL: webAddress.optional(),
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
}

interface DiscordConfig {
  token: string;
  guildId: string | undefined;
  /** Another Discord-compatible server; undefined: Discord's own. */
  apiUrl: string | undefined;
  shards: string | undefined;
}

interface SlackConfig {
  botToken: string;
  connection: { appToken: string } | { signingSecret: string; port: number };
  /** Another Slack-compatible server; undefined: Slack's own. */
  apiUrl: string | undefined;
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
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.map(describe)),
    ...groupFaults(given),
    ...imageFaults(given),
    ...moderationFaults(given),
  ];
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

function toConfig(values: Settings): Config {
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
    discord: discordOf(values),
    slack: slackOf(values),
    s3: s3ConfigOf(values),
    queue: queueConfigOf(values),
    maxImageBytes: values.MAX_IMAGE_MB * 1024 * 1024,
    secrets: secretsOf(values),
  };
}

function openaiOf(values: Settings): Config['openai'] {
  if (!values.OPENAI_API_KEY) return undefined;
  return { apiKey: values.OPENAI_API_KEY, baseUrl: values.OPENAI_BASE_URL, model: values.OPENAI_MODEL ?? 'gpt-4.1' };
}

function discordOf(values: Settings): DiscordConfig | undefined {
  if (!values.DISCORD_TOKEN) return undefined;
  const { DISCORD_TOKEN: token, DISCORD_GUILD_ID: guildId, DISCORD_API_URL: apiUrl, DISCORD_SHARDS: shards } = values;
  return { token, guildId, apiUrl, shards };
}

function slackOf(values: Settings): SlackConfig | undefined {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values;
  if (!botToken) return undefined;
  const apiUrl = values.SLACK_API_URL;
  if (appToken) return { botToken, apiUrl, connection: { appToken } };
  return { botToken, apiUrl, connection: { signingSecret: signingSecret ?? '', port: values.SLACK_PORT ?? 0 } };
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
