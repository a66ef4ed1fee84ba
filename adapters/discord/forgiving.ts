import type { DiscordApi } from './api.ts';
import { isClosed, isReplyRefused } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { Route } from './posts.ts';

/** A route that goes on where there is an obvious way: without the reference of a refused reply, in a thread that it opens again. */
export function forgiving(route: Route, api: DiscordApi): Route {
  async function send(message: OutgoingMessage, nonce: string, index: number): ReturnType<Route['send']> {
    try {
      return await route.send(message, nonce, index);
    } catch (error) {
      if (message.replyTo && isReplyRefused(error)) return send({ ...message, replyTo: undefined }, nonce, index);
      if (!isClosed(error)) throw error;
      await api.unarchive(route.channel).catch(() => {
        throw error;
      });
      return route.send(message, nonce, index);
    }
  }

  return { ...route, send };
}
