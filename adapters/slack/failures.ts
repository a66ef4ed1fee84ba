import { webApi } from '@slack/bolt';
import { BotError } from '../../src/errors.ts';
import type { Verdict } from './retry.ts';

/** Errors after which no call of the app works any more: https://docs.slack.dev/reference/methods/auth.test#errors */
const deadTokens = new Set([
  'account_inactive',
  'app_uninstalled',
  'invalid_auth',
  'not_allowed_token_type',
  'not_authed',
  'team_disabled',
  'token_expired',
  'token_revoked',
  'user_removed_from_team',
]);

/** "It's possible some aspect of the operation succeeded before the error was raised", say the methods' pages. */
const undecided = new Set(['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable']);

const unconnected = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'ENOTFOUND']);

const closedToUs = new Set([
  'cannot_reply_to_message',
  'channel_not_found',
  'is_archived',
  'is_inactive',
  'not_in_channel',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'thread_not_found',
  'user_not_in_channel',
]);

/** Slack's error code (`is_archived`), for answers that are `ok: false`. */
export function slackCode(error: unknown): string | undefined {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined;
}

/** The scopes that Slack found missing. */
export function neededScopesOf(error: unknown): string | undefined {
  if (!(error instanceof webApi.WebAPIPlatformError) || !('needed' in error.data)) return undefined;
  return String(error.data.needed);
}

export function isDeadToken(error: unknown): boolean {
  return deadTokens.has(slackCode(error) ?? '');
}

/** The call may have been carried out although it failed. */
export function isUndecided(error: unknown): boolean {
  // A status of 4xx refuses; 429 has an error of its own.
  if (error instanceof webApi.WebAPIHTTPError) return error.statusCode >= 500;
  return error instanceof webApi.WebAPIRequestError || undecided.has(slackCode(error) ?? '');
}

/** Slack (or a server that lacks the method) said no, for good: asking again would not help. */
export function isRefused(error: unknown): boolean {
  return (slackCode(error) !== undefined || error instanceof webApi.WebAPIHTTPError) && !isUndecided(error);
}

/** The channel or thread is archived, gone, locked or not ours to post in. */
export function isClosedToUs(error: unknown): boolean {
  return closedToUs.has(slackCode(error) ?? '');
}

/** Seconds that Slack asks to wait. */
export function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof webApi.WebAPIRateLimitedError) return error.retryAfter;
  // A status of 429 without Retry-After has no error class of its own.
  const isUntold = error instanceof Error && error.message.startsWith('Retry header did not contain a valid timeout');
  return isUntold || slackCode(error) === 'ratelimited' ? 1 : undefined;
}

/** What to do after a failed call that must not be carried out twice: only what surely never was is sent again. */
export function verdictOnSingleCall(error: unknown): Verdict {
  return isUndecided(error) && !neverArrived(error) ? 'give up' : verdictOnFailure(error);
}

/** No connection came about, or Slack's edge turned the request away. */
function neverArrived(error: unknown): boolean {
  if (error instanceof webApi.WebAPIHTTPError) return error.statusCode === 502 || error.statusCode === 503;
  const cause = error instanceof webApi.WebAPIRequestError ? error.original.cause : undefined;
  return cause instanceof Error && 'code' in cause && unconnected.has(String(cause.code));
}

/** What to do after a failed call that may be sent again. */
export function verdictOnFailure(error: unknown): Verdict {
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) return retryAfter * 1000;
  return isUndecided(error) ? 'backoff' : 'give up';
}

/**
 * Which pictures Slack holds against the blocks: `invalid slack file [json-pointer:/blocks/0/slack_file]`
 * (https://github.com/slackapi/bolt-python/issues/1251), `downloading image failed [json-pointer:/blocks/0/image_url]`.
 */
export function pictureFault(error: unknown): 'file' | 'web' | 'either' | undefined {
  if (!(error instanceof webApi.WebAPIPlatformError) || !/^invalid_blocks/.test(error.data.error)) return undefined;
  const details = JSON.stringify([detailsOf(error), error.data.response_metadata?.messages]);
  if (/slack[ _]file/i.test(details)) return 'file';
  if (/image_url|downloading image/i.test(details)) return 'web';
  // Through a response_url the code comes alone: https://github.com/slackapi/java-slack-sdk/issues/1349.
  return details === '[null,null]' ? 'either' : undefined;
}

function detailsOf({ data }: webApi.WebAPIPlatformError): unknown {
  return 'errors' in data ? data.errors : undefined;
}

/** A failure in words that a person of the channel can act on. */
export function toBotError(error: unknown): unknown {
  const code = slackCode(error);
  switch (code) {
    case undefined:
      if (error instanceof webApi.WebAPIHTTPError && isRefused(error)) return misplacedApi(error);
      if (!isUndecided(error)) return error;
      return new BotError('internal', "Slack can't be reached at the moment. Try again in a few minutes.", {
        cause: error,
      });
    case 'is_archived':
      return new BotError(
        'forbidden',
        'The channel is archived, so nothing can be posted there. Unarchive it, or ask in another one.',
        { cause: error },
      );
    case 'channel_not_found':
    case 'not_in_channel':
      return new BotError('forbidden', "I'm not in that channel. Invite me with /invite @promptory and ask again.", {
        cause: error,
      });
    case 'thread_not_found':
      return new BotError('not_found', 'The thread was deleted meanwhile. Ask again in the channel.', { cause: error });
    case 'missing_scope':
      return new BotError(
        'forbidden',
        'The Slack app lacks a permission. Its operator finds the missing one with `npm run doctor`.',
        { cause: error },
      );
    default:
      if (isClosedToUs(error))
        return new BotError(
          'forbidden',
          'Slack does not let me post there. Ask in another channel, or an administrator for leave.',
          { cause: error },
        );
      return new BotError(
        'internal',
        `Slack refused the message (${code}). Try again; if it stays, tell the operator.`,
        { cause: error },
      );
  }
}

function misplacedApi(error: webApi.WebAPIHTTPError): BotError {
  return new BotError(
    'internal',
    `Slack answered with the status ${error.statusCode}, which its API does not do. Its operator checks SLACK_API_URL.`,
    { cause: error },
  );
}

/** Why the process has to end: `setting` names the token to replace. */
export function deadTokenError(error: unknown, setting: string): BotError {
  return new BotError(
    'unauthorized',
    `Slack refuses ${setting} (${slackCode(error)}). Reinstall the app at https://api.slack.com/apps, set the new token and start again.`,
    { cause: error },
  );
}
