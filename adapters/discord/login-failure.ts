import { GatewayCloseCodes } from 'discord.js';
import { BotError } from '../../src/errors.ts';
import { isUnauthorized } from './failures.ts';

const badToken =
  'Discord does not accept DISCORD_TOKEN. Copy the token again from https://discord.com/developers/applications, under Bot.';
const badShards = 'Discord refuses these shards. Correct DISCORD_SHARDS, or remove it to let Discord choose.';

const reasons: Readonly<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]: badToken,
  [GatewayCloseCodes.InvalidShard]: badShards,
  [GatewayCloseCodes.ShardingRequired]:
    'The bot is in too many servers for the shards in DISCORD_SHARDS. Remove it to let Discord choose, or raise the total.',
  [GatewayCloseCodes.InvalidAPIVersion]: 'Discord no longer offers the API version this bot speaks. Update Promptory.',
  [GatewayCloseCodes.InvalidIntents]: 'Discord does not know an intent this bot asks for. Update Promptory.',
  [GatewayCloseCodes.DisallowedIntents]:
    'Discord does not grant this application the intents it asks for. Check the application at https://discord.com/developers/applications, under Bot.',
};

/** What a close code says from which no connection comes back. */
export function fatalClose(code: number): BotError {
  const message = reasons[code] ?? `Discord closed the connection for good (code ${code}).`;
  return new BotError(code === GatewayCloseCodes.AuthenticationFailed ? 'unauthorized' : 'invalid_settings', message);
}

/** Discord took the token back, or it was reset. */
export function revoked(cause: unknown): BotError {
  return new BotError('unauthorized', badToken, { cause });
}

/** Why a login failed; `internal` is trouble that goes away. */
export function explainLogin(cause: unknown): BotError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'TokenInvalid' || isUnauthorized(cause)) return revoked(cause);
  if (cause instanceof BotError) return cause;
  return new BotError('internal', 'Discord can not be reached. Check the network, and DISCORD_API_URL if it is set.', {
    cause,
  });
}
