import type { APIGuildMember, APIUser } from 'discord.js';
import type { Person } from '../../src/chat.ts';
import { moderates } from './permissions.ts';

interface Sender {
  member?: (Pick<APIGuildMember, 'nick'> & { roles?: string[]; user?: APIUser; permissions?: string }) | undefined;
  user?: APIUser | undefined;
}

/** Who an event is from, by the name that people see there. */
export function personOf({ member, user }: Sender): Person {
  const account = member?.user ?? user;
  if (!account) throw new Error('an event names no person');
  return {
    id: account.id,
    name: member?.nick ?? account.global_name ?? account.username,
    moderator: moderates(member?.permissions),
    roles: member?.roles,
  };
}

/** The server, or the one direct message channel, that something belongs to. */
export function scopeOf({ guild, channel }: { guild: string | undefined; channel: string }): string {
  return guild ? `discord:${guild}` : `discord:dm:${channel}`;
}
