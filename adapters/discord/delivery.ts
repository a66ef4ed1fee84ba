import type { Card } from '../../src/chat.ts';
import type { DiscordApi } from './api.ts';
import { isRefused, isUnreachable, whyElsewhere } from './failures.ts';
import type { Fitting } from './fitting.ts';
import { forgiving } from './forgiving.ts';
import type { OutgoingMessage } from './outgoing.ts';
import { hasWebhook, type Places } from './places.ts';
import type { Posted, Posts, Route } from './posts.ts';
import type { Tables } from './records.ts';
import { webhookRoute } from './webhook-route.ts';

interface DeliveryParts {
  tables: Tables;
  api: DiscordApi;
  places: Places;
  posts: Posts;
  fitting: Fitting;
}

interface Way {
  route: Route;
  /** What follows goes there too. */
  staysHome: boolean;
}

/**
 * Posts a card for everyone where it belongs. Where Discord lets nothing be posted, it goes to the next place in which
 * the asker can see it, and says why: the channel around a thread, the answer to the interaction, a direct message.
 */
export function createDelivery(thread: string, { tables, api, places, posts, fitting }: DeliveryParts) {
  const ordinary = (channel: string) => forgiving(posts.ordinary(channel), api);

  return async function say(card: Card, key: string): Promise<Posted> {
    const home = await places.open(thread);
    const permissions = places.find(thread)?.permissions;
    let refusal: unknown;
    for (const way of waysFrom(home)) {
      try {
        const { route, staysHome } = await way();
        const why = refusal === undefined ? [] : [whyElsewhere(refusal, permissions)];
        const posted = await send({ ...card, text: [card.text, ...why].filter(Boolean).join('\n\n') }, route, key);
        if (staysHome && route.channel !== home) await places.move(thread, route.channel);
        return posted;
      } catch (error) {
        const isHopeless = refusal === undefined ? !isUnreachable(error) : !isRefused(error);
        if (isHopeless) throw error;
        // What keeps it from the other places (an interaction that is over, a closed mailbox) says less than the first.
        refusal ??= error;
      }
    }
    throw refusal;
  };

  function waysFrom(home: string): (() => Way | Promise<Way>)[] {
    const place = places.find(thread);
    const around = tables.threads.get(home)?.parent ?? (place?.channel === home ? place.parent : place?.channel);
    const inChannel = (channel: string) => () => ({ route: ordinary(channel), staysHome: true });
    const ways: (() => Way | Promise<Way>)[] = [inChannel(home)];
    if (around !== undefined && around !== home) ways.push(inChannel(around));
    if (!place) return ways;
    if (hasWebhook(place)) ways.push(() => ({ route: webhookRoute(api, place, thread, 0), staysHome: false }));
    ways.push(async () => ({ route: ordinary((await api.openDirect(place.person)).id), staysHome: false }));
    return ways;
  }

  function send(card: Card, route: Route, key: string): Promise<Posted> {
    const place = places.find(thread);
    const replyTo = route.channel === place?.channel && route.place === undefined ? place.source : undefined;
    return fitting(card, {
      channel: route.channel,
      maxFileBytes: place?.attachmentLimit,
      send: (messages) => posts.post(route, withReply(messages, replyTo), key),
    });
  }
}

function withReply(messages: readonly OutgoingMessage[], replyTo: string | undefined): OutgoingMessage[] {
  return messages.map((message, index) => (index === 0 && replyTo ? { ...message, replyTo } : message));
}
