import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';
import { BotError } from '../../src/errors.ts';
import { isPassing } from './patience.ts';
import { missingPermissions } from './permissions.ts';

const codes = RESTJSONErrorCodes;

/** Discord's own error code, when the error is an answer of its API. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError ? Number(error.code) : undefined;
}

/** The channel or thread is gone. */
export function isChannelGone(error: unknown): boolean {
  return codeOf(error) === codes.UnknownChannel;
}

export function isMessageGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.UnknownMessage || code === codes.UnknownChannel;
}

/** The bot was not allowed to, or was removed from the server. */
export function isDenied(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.MissingPermissions || code === codes.MissingAccess;
}

/** The interaction was never acked, was acked too late, or its 15 minutes are over. */
export function isInteractionOver(error: unknown): boolean {
  const code = codeOf(error);
  const over: (number | undefined)[] = [codes.UnknownInteraction, codes.UnknownWebhook, codes.InvalidWebhookToken];
  return over.includes(code);
}

export function isTooLarge(error: unknown): boolean {
  return codeOf(error) === codes.RequestEntityTooLarge || (error instanceof DiscordAPIError && error.status === 413);
}

/** Says in words what Discord refused. `permissions` is what the bot has in the channel, as far as known. */
export function translate(cause: unknown, permissions?: string): BotError {
  if (cause instanceof BotError) return cause;
  if (isDenied(cause)) return new BotError('forbidden', deniedText(permissions), { cause });
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

/** Names the missing permissions, or what to check when Discord did not say. */
export function deniedText(permissions: string | undefined, suspect?: string): string {
  const missing = missingPermissions(permissions);
  const names = missing.length > 0 ? missing : suspect ? [suspect] : [];
  if (names.length === 0)
    return 'I may not post here (any more). Ask an admin to give me access to this channel again.';
  return `I lack ${names.length === 1 ? 'the permission' : 'the permissions'} ${names.join(', ')} here. Ask an admin to allow it for my role in this channel.`;
}
