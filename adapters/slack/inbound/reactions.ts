import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { SlackApi } from '../api.ts';
import { createReactionNames } from '../emoji.ts';
import { isRefused } from '../failures.ts';
import type { Place } from '../place.ts';
import { answerEvent, type Inbound, interactionId, invocationBase } from './context.ts';
import { mainMessage } from './controls.ts';

/** https://docs.slack.dev/reference/events/reaction_added: channel and ts are all that it says of the message. */
const reactionEvent = z.object({
  user: z.string(),
  reaction: z.string(),
  item: z.object({ channel: z.string(), ts: z.string() }),
  item_user: z.string().nullish(),
  event_ts: z.string().nullish(),
});

/** Reactions that are controls, on our own messages, given and taken back. */
export function listenForReactions(app: App, inbound: Inbound): void {
  const emojiOf = createReactionNames(inbound.handler.reactions);

  async function react(event: unknown, added: boolean, eventId: string | undefined) {
    const reaction = reactionEvent.safeParse(event).data;
    const emoji = reaction && emojiOf(reaction.reaction);
    if (!reaction || !emoji) return;
    const { channel, ts } = reaction.item;
    const record = inbound.ledger.message(channel, ts);
    if (!record && reaction.item_user !== inbound.botUser) return;
    const thread = record?.thread ?? (await threadOf(inbound.api, channel, ts));
    const person = await inbound.members.person(reaction.user);
    const place: Place = { channel, thread, user: person.id };
    const id = interactionId('reaction', eventId ?? reaction.event_ts, added, reaction);
    const base = invocationBase(inbound, id, person, place);
    const message = mainMessage(inbound, channel, ts);
    await answerEvent(inbound, base.id, place, () =>
      inbound.handler.accept({ ...base, kind: 'reaction', emoji, added, message }),
    );
  }

  app.event('reaction_added', ({ event, body }) => react(event, true, body.event_id));
  app.event('reaction_removed', ({ event, body }) => react(event, false, body.event_id));
}

/** For messages that no record is left of: Slack tells the thread of any message in it. */
async function threadOf(api: SlackApi, channel: string, ts: string): Promise<string> {
  try {
    const { messages = [] } = await api.repeat((client) => client.conversations.replies({ channel, ts, limit: 1 }));
    return messages.find((message) => message.ts === ts)?.thread_ts ?? ts;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return ts;
  }
}
