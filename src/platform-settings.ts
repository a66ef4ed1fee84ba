import { z } from 'zod';
import { port, webAddress } from './setting-kinds.ts';
import { parseShards, type Shards } from './shards.ts';

/** The settings of Discord and Slack; part of src/config.ts. */
export const platformSettings = {
  DISCORD_TOKEN: z.string().optional(),
  DISCORD_GUILD_ID: z.string().regex(/^\d+$/, 'must be the number of a server').optional(),
  DISCORD_API_URL: webAddress.optional(),
  DISCORD_SHARDS: z
    .string()
    .default('auto')
    .transform((text, context) => {
      const shards = parseShards(text);
      if (!shards) context.addIssue('must be auto, or shards of so many such as 0/4, 0-3/8 or 0,2/4');
      return shards ?? z.NEVER;
    }),
  SLACK_BOT_TOKEN: z.string().optional(),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_PORT: port.optional(),
  SLACK_API_URL: webAddress.optional(),
};

type PlatformSettings = z.infer<z.ZodObject<typeof platformSettings>>;
type Given = Readonly<Record<string, string | undefined>>;

export interface DiscordConfig {
  token: string;
  guildId: string | undefined;
  /** Another Discord-compatible server; undefined: Discord's own. */
  apiUrl: string | undefined;
  shards: Shards;
}

export interface SlackConfig {
  botToken: string;
  connection: { appToken: string } | { signingSecret: string; port: number };
  /** Another Slack-compatible server; undefined: Slack's own. */
  apiUrl: string | undefined;
}

export function discordConfigOf(values: PlatformSettings): DiscordConfig | undefined {
  if (!values.DISCORD_TOKEN) return undefined;
  const { DISCORD_TOKEN: token, DISCORD_GUILD_ID: guildId, DISCORD_API_URL: apiUrl, DISCORD_SHARDS: shards } = values;
  return { token, guildId, apiUrl, shards };
}

export function slackConfigOf(values: PlatformSettings): SlackConfig | undefined {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values;
  if (!botToken) return undefined;
  const apiUrl = values.SLACK_API_URL;
  if (appToken) return { botToken, apiUrl, connection: { appToken } };
  return { botToken, apiUrl, connection: { signingSecret: signingSecret ?? '', port: values.SLACK_PORT ?? 0 } };
}

/** What is wrong with Slack's settings taken together, each with its remedy. */
export function slackFaults({ SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_PORT }: Given): string[] {
  if (!SLACK_BOT_TOKEN) return [];
  if (SLACK_APP_TOKEN && SLACK_SIGNING_SECRET) {
    return [
      'SLACK_APP_TOKEN (Socket Mode) and SLACK_SIGNING_SECRET (HTTP) are both set: keep the one of the way you use',
    ];
  }
  if (!SLACK_APP_TOKEN && !SLACK_SIGNING_SECRET) {
    return [
      'SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET and SLACK_PORT (HTTP): set one of them',
    ];
  }
  if (SLACK_SIGNING_SECRET && !SLACK_PORT)
    return ['SLACK_SIGNING_SECRET needs SLACK_PORT, where Slack sends its requests: set it'];
  if (SLACK_APP_TOKEN && SLACK_PORT)
    return ['SLACK_PORT is for HTTP with SLACK_SIGNING_SECRET: remove it, or use that instead of SLACK_APP_TOKEN'];
  return [];
}
