import { webApi } from '@slack/bolt';
import type { Logger } from '../../src/log.ts';
import { clientOptions } from './api.ts';
import { deadTokenError, isDeadToken, toBotError } from './failures.ts';

/** Who the bot token is, and where. */
export interface Identity {
  team: string;
  botUser: string;
  botId: string;
  /** What the token was granted, as the answer's headers tell. */
  scopes: readonly string[];
}

/** Asks Slack whose token this is. Throws BotError `unauthorized` when it is refused, `internal` when Slack is out of reach. */
export async function identify(options: { token: string; apiUrl: string | undefined; log: Logger }): Promise<Identity> {
  const { token, apiUrl, log } = options;
  const client = new webApi.WebClient(token, { ...clientOptions(apiUrl, log), retryConfig: { retries: 3 } });
  try {
    const {
      team_id: team = '',
      user_id: botUser = '',
      bot_id: botId = '',
      response_metadata: metadata,
    } = await client.auth.test();
    return { team, botUser, botId, scopes: metadata?.scopes ?? [] };
  } catch (error) {
    throw isDeadToken(error) ? deadTokenError(error, 'SLACK_BOT_TOKEN') : toBotError(error);
  }
}
