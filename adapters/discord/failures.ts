import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';
import { BotError } from '../../src/errors.ts';
import { isPassing } from './patience.ts';
import { missingPermissions } from './permissions.ts';

const codes = RESTJSONErrorCodes;

/** Discord's own error code, when the error is an answer of its API; NaN when the answer had none. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError ? Number(error.code) : undefined;
}

/** A final answer of the server, unlike trouble on the way: nothing took effect, and asking again changes nothing. */
export function isRefused(error: unknown): boolean {
  return error instanceof DiscordAPIError || (error instanceof HTTPError && !isPassing(error));
}

/** The bot's token is not accepted (any more). */
export function isUnauthorized(error: unknown): boolean {
  return statusOf(error) === 401;
}

/** The channel, thread or server is gone. Servers of others may answer a 404 without Discord's code. */
function isChannelGone(error: unknown): boolean {
  return hasCode(error, codes.UnknownChannel, codes.UnknownGuild) || isBareNotFound(error);
}

export function isMessageGone(error: unknown): boolean {
  return hasCode(error, codes.UnknownMessage) || isChannelGone(error);
}

/** The bot was not allowed to, or was removed from the server. */
export function isDenied(error: unknown): boolean {
  return hasCode(error, codes.MissingPermissions, codes.MissingAccess) || isBareForbidden(error);
}

/** A thread that is archived, or locked by a moderator. */
export function isClosed(error: unknown): boolean {
  return hasCode(error, codes.InvalidActionOnArchivedThread, codes.ThreadLocked);
}

/** Nothing can be posted at this place, whatever the message is; another place may do. */
export function isUnreachable(error: unknown): boolean {
  const { CannotSendMessagesInNonTextChannel, CannotExecuteActionOnThisChannelType } = codes;
  const isWrongKind = hasCode(error, CannotSendMessagesInNonTextChannel, CannotExecuteActionOnThisChannelType);
  return isChannelGone(error) || isDenied(error) || isClosed(error) || isWrongKind;
}

/** The message may be posted, but not as a reply to this one. */
export function isReplyRefused(error: unknown): boolean {
  if (hasCode(error, codes.CannotReplyWithoutPermissionToReadMessageHistory)) return true;
  const isInvalid = error instanceof DiscordAPIError && hasCode(error, codes.InvalidFormBodyOrContentType);
  return isInvalid && JSON.stringify(error.rawError).includes('message_reference');
}

/** The interaction was never acked, was acked too late, or its 15 minutes are over. */
export function isInteractionOver(error: unknown): boolean {
  const isOver = hasCode(error, codes.UnknownInteraction, codes.UnknownWebhook, codes.InvalidWebhookToken);
  return isOver || isBareNotFound(error);
}

export function isTooLarge(error: unknown): boolean {
  return hasCode(error, codes.RequestEntityTooLarge) || statusOf(error) === 413;
}

/** Says in words what Discord refused. `permissions` is what the bot has in the channel, as far as known. */
export function translate(cause: unknown, permissions?: string): BotError {
  if (cause instanceof BotError) return cause;
  if (isDenied(cause)) return new BotError('forbidden', deniedText(permissions), { cause });
  if (isClosed(cause)) {
    return new BotError('forbidden', 'This thread is locked or archived. Ask again in another place.', { cause });
  }
  if (isMessageGone(cause)) {
    return new BotError('not_found', 'This thread or channel was deleted on Discord. Ask again in another one.', {
      cause,
    });
  }
  if (isPassing(cause) || cause instanceof HTTPError) {
    return new BotError('internal', 'Discord does not answer right now. Try again in a few minutes.', { cause });
  }
  return new BotError('internal', 'Discord refused this message. Try again; if it stays, tell the operator.', {
    cause,
  });
}

/** Why an answer is not where it was asked for. */
export function whyElsewhere(cause: unknown, permissions: string | undefined): string {
  const start = 'This could not be posted in its own place:';
  if (isClosed(cause)) return `${start} the thread is locked or archived.`;
  if (isDenied(cause)) return `${start} ${deniedText(permissions)}`;
  return `${start} the thread or channel was deleted.`;
}

/** Names the missing permissions, or what to check when Discord did not say. */
export function deniedText(permissions: string | undefined, suspect?: string): string {
  const missing = missingPermissions(permissions);
  const names = missing.length > 0 ? missing : suspect ? [suspect] : [];
  if (names.length === 0)
    return 'I may not post there (any more). Ask an admin to give me access to that channel again.';
  return `I lack ${names.length === 1 ? 'the permission' : 'the permissions'} ${names.join(', ')} in that channel. Ask an admin to allow it for my role there.`;
}

function hasCode(error: unknown, ...wanted: number[]): boolean {
  return wanted.includes(codeOf(error) ?? Number.NaN);
}

// Discord's answers about what exists carry a code; a code of 0 or none says no more than the status.
function isBareNotFound(error: unknown): boolean {
  return statusOf(error) === 404 && !codeOf(error);
}

function isBareForbidden(error: unknown): boolean {
  return statusOf(error) === 403 && !codeOf(error);
}

function statusOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError ? error.status : undefined;
}
