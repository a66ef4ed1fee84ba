import { MessageFlags } from 'discord.js';
import type { DiscordApi } from './api.ts';
import type { WithWebhook } from './places.ts';
import type { Route } from './posts.ts';

/**
 * Follow-ups to an interaction. Webhooks know no nonce: public ones are looked for in the channel before they are sent
 * again; private ones stand in no history, so one that was under way when the process was killed may be sent twice.
 */
export function webhookRoute(api: DiscordApi, place: WithWebhook, thread: string, flags: number): Route {
  const isPrivate = (flags & MessageFlags.Ephemeral) !== 0;
  return {
    channel: place.channel,
    name: isPrivate ? 'private' : 'webhook',
    listed: !isPrivate,
    // Public ones can be removed like any message of the bot, for longer than 15 minutes.
    ...(isPrivate ? { place: thread } : {}),
    send: (message) => api.followUp(place.webhook, message, flags),
  };
}
