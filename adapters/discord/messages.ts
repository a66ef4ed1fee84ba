import type { APIMessage, GatewayMessageCreateDispatchData } from 'discord.js';
import { type AskerParts, refusalText } from './asking.ts';
import { picturesOf } from './attachments.ts';
import { findThePrompt } from './commands.ts';
import { forgiving } from './forgiving.ts';
import { personOf, scopeOf } from './people.ts';
import type { PlaceRecord } from './records.ts';

export interface MessageParts extends AskerParts {
  botId(): string;
}

/** A picture in a direct message, a reply to the bot or a mention of it starts a reverse search; all else is left alone. */
export function createMessages({ adapter, api, places, posts, carrying, handler, log, botId }: MessageParts) {
  function isForBot(message: GatewayMessageCreateDispatchData): boolean {
    const isDirect = !message.guild_id;
    return isDirect || (message.mentions ?? []).some(({ id }) => id === botId()) || repliesToBot(message);
  }

  function repliesToBot({ referenced_message, message_reference }: APIMessage): boolean {
    if (referenced_message) return referenced_message.author?.id === botId();
    return posts.mainOf(message_reference?.message_id ?? '') !== undefined;
  }

  return async function receive(message: GatewayMessageCreateDispatchData): Promise<void> {
    // Its own posts are known by the id: a server may leave out `bot`, and a picture in a direct message would be searched for ever.
    const isFromBot = message.author.bot || message.author.id === botId() || message.webhook_id;
    if (isFromBot || !isForBot(message)) return;
    const attachments = picturesOf(message);
    if (attachments.length === 0) return;
    const { id, guild_id: guild, channel_id: channel } = message;
    const member = message.member && { ...message.member, user: message.author };
    const person = personOf(member ? { member } : { user: message.author });
    const place: PlaceRecord = {
      kind: 'message',
      channel,
      source: id,
      personal: false,
      opensThread: guild ? undefined : false,
      title: findThePrompt,
      person: person.id,
      createdAt: Date.now(),
    };
    const thread = { adapter, thread: places.begin(id, place) };
    const text = (message.content ?? '').replaceAll(new RegExp(`<@!?${botId()}>`, 'g'), '').trim();
    const scope = scopeOf({ guild, channel });
    try {
      await handler.accept({
        kind: 'message',
        id,
        scope,
        person,
        thread,
        carried: carrying.carry(place),
        text,
        attachments,
      });
    } catch (error) {
      const refusal = { content: refusalText(error, log), replyTo: id };
      await posts.post(forgiving(posts.ordinary(channel), api), [refusal], `${thread.thread}/refusal`);
    }
  };
}
