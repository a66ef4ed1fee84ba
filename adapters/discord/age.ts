import { ChannelType } from 'discord.js';
import type { DiscordApi } from './api.ts';

/** True where Discord lets adults only in; a thread is as its channel, a direct message never. */
export async function isAgeRestricted(api: DiscordApi, channelId: string): Promise<boolean> {
  const channel = await api.getChannel(channelId);
  if (channel.type === ChannelType.DM || channel.type === ChannelType.GroupDM) return false;
  if ('nsfw' in channel && channel.nsfw) return true;
  const isThread = 'thread_metadata' in channel && channel.parent_id;
  const parent = isThread ? await api.getChannel(channel.parent_id ?? '') : undefined;
  return parent !== undefined && 'nsfw' in parent && parent.nsfw === true;
}
