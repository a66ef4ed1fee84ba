import { MessageFlags } from 'discord.js';
import type { Card } from '../../src/chat.ts';
import type { DiscordApi } from './api.ts';
import { isInteractionOver, isUnreachable } from './failures.ts';
import type { Fitting } from './fitting.ts';
import { hasWebhook, type Places, type WithWebhook } from './places.ts';
import type { Posted, Posts, Route } from './posts.ts';
import { webhookRoute } from './webhook-route.ts';

interface WhisperParts {
  api: DiscordApi;
  places: Places;
  posts: Posts;
  fitting: Fitting;
}

/** Posts a card for the asker's eyes alone; in a direct message when the interaction is over. */
export function createWhisper(thread: string, { api, places, posts, fitting }: WhisperParts) {
  return async function whisper(card: Card, key: string): Promise<Posted> {
    const before = places.find(thread);
    // Until "thinking" has an answer, a private one would take its place in public.
    if (before?.kind === 'command' && !before.personal) await places.open(thread);
    await places.acked(thread);
    const place = places.find(thread);
    if (!place) throw new Error('a personal answer has no place');
    if (hasWebhook(place)) {
      try {
        return await send(card, await privateRoute(place, key), key, place.attachmentLimit);
      } catch (error) {
        if (!isInteractionOver(error) && !isUnreachable(error)) throw error;
      }
    }
    return send(card, posts.ordinary((await api.openDirect(place.person)).id), key, undefined);
  };

  function send(card: Card, route: Route, key: string, maxFileBytes: number | undefined): Promise<Posted> {
    return fitting(card, {
      channel: route.channel,
      maxFileBytes,
      send: (messages) => posts.post(route, messages, key),
    });
  }

  /** The first answer takes the place of "thinking"; editing it can be repeated, so a retry shows it once. */
  async function privateRoute(place: WithWebhook, key: string): Promise<Route> {
    const route = webhookRoute(api, place, thread, MessageFlags.Ephemeral);
    const isFirst = place.personal && (place.originalKey ?? key) === key;
    if (!isFirst) return route;
    await places.change(thread, { originalKey: key });
    return {
      ...route,
      send: (message, nonce, index) =>
        index === 0 ? api.editOriginal(place.webhook, message) : route.send(message, nonce, index),
    };
  }
}
