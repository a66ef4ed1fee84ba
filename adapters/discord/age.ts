import { ChannelType } from 'discord.js';
import type { DiscordApi } from './api.ts';
import { isRefused } from './failures.ts';
import { isThread } from './places.ts';

/** True where Discord lets adults only in; a thread is as its channel, a direct message and what can't be looked at never. */
export async function isAgeRestricted(api: DiscordApi, channelId: string): Promise<boolean> {
  try {
    const channel = await api.getChannel(channelId);
    if (channel.type === ChannelType.DM || channel.type === ChannelType.GroupDM) return false;
    if ('nsfw' in channel && channel.nsfw) return true;
    // "Threads do not explicitly set the `nsfw` field": https://discord.com/developers/docs/topics/threads#nsfw-threads
    const parent = isThread(channel.type) && 'parent_id' in channel ? channel.parent_id : undefined;
    const above = parent ? await api.getChannel(parent) : undefined;
    return above !== undefined && 'nsfw' in above && above.nsfw === true;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}
