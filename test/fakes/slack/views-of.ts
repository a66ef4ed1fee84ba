import type { FakeFile, FakeMessage, Json, Workspace } from './workspace.ts';

/** A message as Slack's answers and events show it: https://docs.slack.dev/reference/events/message */
export function messageView(
  workspace: Workspace,
  message: FakeMessage,
  options: { withMetadata?: boolean } = {},
): Json {
  const { ts, user, text, blocks, threadTs, files, bot, metadata } = message;
  return {
    type: 'message',
    user,
    text,
    ts,
    team: workspace.team,
    ...(bot ? { bot_id: workspace.botId, app_id: workspace.appId } : {}),
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(threadTs ? { thread_ts: threadTs } : {}),
    ...(files.length > 0 ? { files: files.flatMap((id) => fileView(workspace, id)) } : {}),
    ...(metadata && options.withMetadata ? { metadata } : {}),
  };
}

/** A file object: https://docs.slack.dev/reference/objects/file-object. Its addresses need the bot token. */
export function fileView(workspace: Workspace, id: string): Json[] {
  const file = workspace.files.get(id);
  if (!file) return [];
  return [
    {
      id: file.id,
      name: file.name,
      title: file.name,
      mimetype: file.mimetype,
      filetype: file.mimetype.replace('image/', ''),
      user: file.owner,
      size: file.bytes?.length ?? 0,
      mode: 'hosted',
      is_external: false,
      file_access: 'visible',
      shares: sharesOf(workspace, file),
      ...addressesOf(file),
    },
  ];
}

const hosts = new WeakMap<FakeFile, string>();

/** Files are served by the host that took them. */
export function serveFrom(file: FakeFile, baseUrl: string) {
  hosts.set(file, baseUrl);
}

function addressesOf(file: FakeFile): Json {
  const base = `${hosts.get(file) ?? ''}/files-pri/${file.id}`;
  return { url_private: `${base}/${file.name}`, url_private_download: `${base}/download/${file.name}` };
}

/** https://docs.slack.dev/reference/objects/file-object#shares: by visibility, then by channel. */
function sharesOf(workspace: Workspace, file: FakeFile): Json {
  const shares: Record<'public' | 'private', Json> = { public: {}, private: {} };
  for (const [channel, { ts, threadTs }] of file.shares) {
    const kind = workspace.channels.get(channel)?.kind === 'public' ? 'public' : 'private';
    shares[kind][channel] = [{ ts, ...(threadTs ? { thread_ts: threadTs } : {}) }];
  }
  return Object.fromEntries(Object.entries(shares).filter(([, byChannel]) => Object.keys(byChannel).length > 0));
}
