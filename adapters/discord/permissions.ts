import { OAuth2Scopes, PermissionFlagsBits } from 'discord.js';

/** Everything the bot asks for, by the names that Discord's own pages use. */
const needed: readonly (readonly [name: string, bit: bigint])[] = [
  ['View Channels', PermissionFlagsBits.ViewChannel],
  ['Send Messages', PermissionFlagsBits.SendMessages],
  ['Create Public Threads', PermissionFlagsBits.CreatePublicThreads],
  ['Send Messages in Threads', PermissionFlagsBits.SendMessagesInThreads],
  ['Embed Links', PermissionFlagsBits.EmbedLinks],
  ['Attach Files', PermissionFlagsBits.AttachFiles],
  ['Read Message History', PermissionFlagsBits.ReadMessageHistory],
];

/** The names of needed permissions that are not in a decimal bit set; none when the set is unknown. */
export function missingPermissions(granted: string | undefined): string[] {
  if (!granted) return [];
  const bits = BigInt(granted);
  if (bits & PermissionFlagsBits.Administrator) return [];
  return needed.filter(([, bit]) => (bits & bit) === 0n).map(([name]) => name);
}

/** True for members who may remove what others posted. */
export function moderates(permissions: string | undefined): boolean {
  const bits = BigInt(permissions ?? 0);
  return (bits & (PermissionFlagsBits.ManageMessages | PermissionFlagsBits.Administrator)) !== 0n;
}

/** The link that adds the bot to a server with exactly the permissions it uses. */
export function inviteLink(application: string): string {
  const url = new URL('https://discord.com/oauth2/authorize');
  url.searchParams.set('client_id', application);
  url.searchParams.set('scope', [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(' '));
  url.searchParams.set('permissions', String(needed.reduce((all, [, bit]) => all | bit, 0n)));
  return url.href;
}
