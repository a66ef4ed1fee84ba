import { areBlocksTooLong, faultsOfBlocks, isJson } from './blocks.ts';
import { messageView } from './views-of.ts';
import { type ApiOptions, type Arguments, type Method, SlackRefusal } from './web-api.ts';
import type { FakeChannel, FakeMessage, Json } from './workspace.ts';

/** chat.*: https://docs.slack.dev/reference/methods/chat.postMessage and its siblings. */
export function createChatMethods({ workspace, isReachable }: ApiOptions): Record<string, Method> {
  const { channels, files, botUser } = workspace;

  function channelFor(args: Arguments): FakeChannel {
    const id = args.required('channel');
    // A user id opens the app's conversation with that person.
    const channel = workspace.users.has(id) ? workspace.dmWith(id) : channels.get(id);
    if (!channel || (channel.kind !== 'public' && !channel.members.has(botUser)))
      throw new SlackRefusal('channel_not_found');
    if (channel.archived) throw new SlackRefusal('is_archived');
    return channel;
  }

  /** A picture that blocks may show: uploaded, processed, and of a type that they can. */
  function isUsableFile(id: string): boolean {
    const file = files.get(id);
    return Boolean(file?.completed && !file.deleted && /^image\/(png|jpe?g|gif)$/.test(file.mimetype));
  }

  function blocksOf(args: Arguments): Json[] {
    const given = args.json('blocks') ?? [];
    if (!Array.isArray(given)) throw new SlackRefusal('invalid_blocks_format');
    const blocks = given.filter(isJson);
    const faults = faultsOfBlocks(blocks, { surface: 'message', isUsableFile, isReachable });
    if (faults.length > 0) {
      const errors = faults.map((fault) => fault.replace('[ERROR] ', ''));
      throw new SlackRefusal('invalid_blocks', { errors, response_metadata: { messages: faults } });
    }
    if (areBlocksTooLong(blocks)) throw new SlackRefusal('msg_blocks_too_long');
    return blocks;
  }

  function newMessage(args: Arguments, channel: FakeChannel): FakeMessage {
    const text = args.text('text') ?? '';
    const blocks = blocksOf(args);
    if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text');
    if (text.length > 40_000) throw new SlackRefusal('msg_too_long');
    const threadTs = args.text('thread_ts');
    if (threadTs && !workspace.message(channel.id, threadTs)) throw new SlackRefusal('thread_not_found');
    const metadata = args.json('metadata');
    return {
      ts: workspace.newTs(),
      user: botUser,
      text,
      blocks: blocks.map((block, index) => ({ block_id: `b${index}`, ...block })),
      threadTs,
      metadata: isJson(metadata) ? metadata : undefined,
      files: [],
      bot: true,
      broadcast: args.flag('reply_broadcast'),
      onlyFor: undefined,
      reactions: new Map(),
      edits: [],
    };
  }

  function showFiles(message: FakeMessage, channel: FakeChannel) {
    for (const id of fileIdsIn(message.blocks)) files.get(id)?.shownIn.add(channel.id);
  }

  function ownMessage(args: Arguments, refusal: string): { channel: FakeChannel; message: FakeMessage } {
    const channel = channelFor(args);
    const message = workspace.message(channel.id, args.required('ts'));
    if (!message || message.onlyFor) throw new SlackRefusal('message_not_found');
    if (message.user !== botUser) throw new SlackRefusal(refusal);
    return { channel, message };
  }

  return {
    'chat.postMessage'(args) {
      const channel = channelFor(args);
      if (!channel.members.has(botUser)) throw new SlackRefusal('not_in_channel');
      const message = newMessage(args, channel);
      channel.messages.push(message);
      showFiles(message, channel);
      return { channel: channel.id, ts: message.ts, message: messageView(workspace, message) };
    },
    'chat.postEphemeral'(args) {
      const channel = channelFor(args);
      const user = args.required('user');
      if (!channel.members.has(botUser)) throw new SlackRefusal('not_in_channel');
      if (!channel.members.has(user)) throw new SlackRefusal('user_not_in_channel');
      const message = { ...newMessage(args, channel), onlyFor: user };
      channel.messages.push(message);
      return { message_ts: message.ts };
    },
    'chat.update'(args) {
      const { channel, message } = ownMessage(args, 'cant_update_message');
      if (args.text('blocks') !== undefined) {
        message.blocks = blocksOf(args);
        showFiles(message, channel);
      }
      message.text = args.text('text') ?? message.text;
      message.edits.push(Date.now());
      return { channel: channel.id, ts: message.ts, text: message.text, message: messageView(workspace, message) };
    },
    'chat.delete'(args) {
      const { channel, message } = ownMessage(args, 'cant_delete_message');
      channel.messages.splice(channel.messages.indexOf(message), 1);
      return { channel: channel.id, ts: message.ts };
    },
  };
}

/** The ids of the files that blocks show. */
function fileIdsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fileIdsIn);
  if (!isJson(value)) return [];
  const file = value['slack_file'];
  const own = isJson(file) && typeof file['id'] === 'string' ? [file['id']] : [];
  return [...own, ...Object.values(value).flatMap((item) => (typeof item === 'object' ? fileIdsIn(item) : []))];
}
