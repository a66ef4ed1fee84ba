/** What the bot token must be granted, and what for; adapters/slack/manifest.yaml asks for exactly these. */
export const neededScopes: Readonly<Record<string, string>> = {
  'app_mentions:read': 'to hear its mentions',
  'channels:history': 'to hear pictures shared in its threads, and to find its own messages again after a crash',
  'channels:join': 'to post and to hear reactions in a public channel where it was asked for something',
  'chat:write': 'to post',
  commands: 'for the slash commands and shortcuts',
  'files:read': 'to fetch the pictures that people share with it',
  'files:write': 'to post pictures',
  'groups:history': 'the same as channels:history, in private channels',
  'im:history': 'to hear direct messages',
  'im:write': 'to answer in a direct message where it can not post, and to find it again after a crash',
  'mpim:history': 'the same as channels:history, in group conversations',
  'reactions:read': 'to hear reactions',
  'users:read': 'to tell administrators, who may delete and cancel what others made',
};
