import { isJson } from './blocks.ts';
import { fileView, serveFrom } from './views-of.ts';
import { type ApiOptions, type Method, SlackRefusal } from './web-api.ts';
import type { FakeFile } from './workspace.ts';

const signatures: readonly (readonly [string, string])[] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['52494646', 'image/webp'],
];

/**
 * files.*: the three steps of https://docs.slack.dev/messaging/working-with-files#uploading_files.
 * Completing answers at once, but the picture's type and its sharing come later:
 * https://github.com/slackapi/node-slack-sdk/issues/1865 and https://github.com/slackapi/bolt-js/issues/2115.
 */
export function createFileMethods({ workspace, baseUrl, uploadUrl, processingMs }: ApiOptions): Record<string, Method> {
  const { files, botUser } = workspace;

  function fileOf(id: string): FakeFile {
    const file = files.get(id);
    if (!file || file.deleted) throw new SlackRefusal('file_not_found');
    return file;
  }

  function share(file: FakeFile, channelId: string, threadTs: string | undefined, text: string) {
    const channel = workspace.channels.get(channelId);
    if (!channel) return;
    const ts = workspace.newTs();
    const known = channel.messages.find((message) => message.files.length > 0 && message.metadata?.['upload'] === text);
    if (known) {
      known.files.push(file.id);
      file.shares.set(channelId, { ts: known.ts, threadTs });
    } else {
      channel.messages.push({
        ts,
        user: botUser,
        text: '',
        blocks: [],
        threadTs,
        metadata: { upload: text },
        files: [file.id],
        bot: true,
        broadcast: false,
        onlyFor: undefined,
        reactions: new Map(),
        edits: [],
      });
      file.shares.set(channelId, { ts, threadTs });
    }
    file.shownIn.add(channelId);
  }

  return {
    'files.getUploadURLExternal'(args) {
      const file: FakeFile = {
        id: workspace.newId('F'),
        name: args.required('filename'),
        owner: botUser,
        bytes: undefined,
        declaredLength: Number(args.required('length')),
        altText: args.text('alt_text') ?? '',
        completed: false,
        mimetype: '',
        shares: new Map(),
        shownIn: new Set(),
        deleted: false,
      };
      files.set(file.id, file);
      serveFrom(file, baseUrl());
      return { upload_url: `${uploadUrl()}/upload/v1/${file.id}`, file_id: file.id };
    },
    'files.completeUploadExternal'(args) {
      const given = args.json('files');
      const wanted = (Array.isArray(given) ? given.filter(isJson) : []).map(({ id }) => fileOf(String(id)));
      if (wanted.length === 0) throw new SlackRefusal('invalid_arguments');
      // Bytes that never came, or came cut off, and ids that are completed already, are no files to complete.
      if (wanted.some((file) => file.bytes?.length !== file.declaredLength || file.completed))
        throw new SlackRefusal('file_not_found');
      const channel = args.text('channel_id');
      // People's ids are no channels here: Slack holds them against ^[CGDZ][A-Z0-9]{8,}$.
      if (channel && !/^[CGDZ]/.test(channel)) throw new SlackRefusal('invalid_arguments');
      if (channel && !workspace.channels.get(channel)?.members.has(botUser)) throw new SlackRefusal('not_in_channel');
      const batch = workspace.newId('');
      for (const file of wanted) {
        file.completed = true;
        setTimeout(() => {
          file.mimetype = mimetypeOf(file.bytes);
          if (channel) share(file, channel, args.text('thread_ts'), batch);
        }, processingMs).unref();
      }
      return { files: wanted.map(({ id, name }) => ({ id, title: name })) };
    },
    'files.info': (args) => {
      const file = fileOf(args.required('file'));
      if (!file.completed) throw new SlackRefusal('file_not_found');
      return { file: fileView(workspace, file.id)[0] };
    },
    'files.delete'(args) {
      const file = fileOf(args.required('file'));
      if (file.owner !== botUser) throw new SlackRefusal('cant_delete_file');
      file.deleted = true;
      return {};
    },
  };
}

export function mimetypeOf(bytes: Buffer | undefined): string {
  const start = bytes?.subarray(0, 4).toString('hex') ?? '';
  return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? 'application/octet-stream';
}
