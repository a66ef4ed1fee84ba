import { randomUUID } from 'node:crypto';
import type { GatewayMessageReactionAddDispatchData, GatewayMessageReactionRemoveDispatchData } from 'discord.js';
import type { Person } from '../../src/chat.ts';
import type { AskerParts } from './asking.ts';
import { isRefused } from './failures.ts';
import { scopeOf } from './people.ts';

export type ReactionEvent = GatewayMessageReactionAddDispatchData | GatewayMessageReactionRemoveDispatchData;

export interface ReactionParts extends AskerParts {
  botId(): string;
  /** May this member remove what others posted in the channel? */
  moderates(event: { guild: string; channel: string; user: string }): Promise<boolean>;
}

/** Reactions on the bot's own posts, also on those from before this process, are the same as their buttons. */
export function createReactions({ adapter, api, posts, handler, botId, moderates }: ReactionParts) {
  const controls = new Map(handler.reactions.map((emoji) => [plainEmoji(emoji), emoji]));

  return async function receive(event: ReactionEvent, added: boolean): Promise<void> {
    const { user_id: user, guild_id: guild, channel_id: channel, message_id: message } = event;
    const emoji = !event.emoji.id && controls.get(plainEmoji(event.emoji.name ?? ''));
    if (!emoji || user === botId() || !(await isOwnPost(event))) return;
    const moderator = guild ? await moderates({ guild, channel, user }) : false;
    await handler.accept({
      kind: 'reaction',
      // Discord gives a reaction no id, and delivers it once; given, taken back and given again are three events.
      id: `${message}:${user}:${randomUUID()}`,
      scope: scopeOf({ guild, channel }),
      person: { ...nameOf(event), id: user, moderator, roles: rolesOf(event) },
      thread: { adapter, thread: channel },
      carried: {},
      emoji,
      added,
      message: { adapter, thread: channel, message: posts.mainOf(message)?.main ?? message },
    });
  };

  /** Answered by the records of this machine, then by the event, and at last by Discord. */
  async function isOwnPost(event: ReactionEvent): Promise<boolean> {
    if (posts.mainOf(event.message_id)) return true;
    if ('message_author_id' in event && event.message_author_id) return event.message_author_id === botId();
    try {
      return (await api.getMessage(event.channel_id, event.message_id)).author?.id === botId();
    } catch (error) {
      if (!isRefused(error)) throw error;
      return false;
    }
  }
}

function nameOf(event: ReactionEvent): Pick<Person, 'name'> {
  const member = 'member' in event ? event.member : undefined;
  return { name: member?.nick ?? member?.user?.global_name ?? member?.user?.username ?? 'somebody' };
}

function rolesOf(event: ReactionEvent): readonly string[] | undefined {
  return 'member' in event ? event.member?.roles : undefined;
}

/** Without skin tones and variation selectors, which clients add as they like. */
function plainEmoji(emoji: string): string {
  return emoji.replaceAll(/[\u{1F3FB}-\u{1F3FF}\uFE0E\uFE0F]/gu, '');
}
