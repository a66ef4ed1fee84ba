import { messageView } from './views-of.ts';
import { type ApiOptions, type Arguments, type Method, SlackRefusal } from './web-api.ts';
import type { FakeChannel, FakeMessage } from './workspace.ts';

/** conversations.*: https://docs.slack.dev/reference/methods/conversations.replies and its siblings. */
export function createConversationMethods({ workspace }: ApiOptions): Record<string, Method> {
  const { channels, botUser } = workspace;

  function channelOf(args: Arguments): FakeChannel {
    const channel = channels.get(args.required('channel'));
    if (!channel || (channel.kind !== 'public' && !channel.members.has(botUser)))
      throw new SlackRefusal('channel_not_found');
    return channel;
  }

  function readable(args: Arguments): FakeChannel {
    const channel = channelOf(args);
    if (!channel.members.has(botUser)) throw new SlackRefusal('not_in_channel');
    return channel;
  }

  /** Pages of `limit` with a cursor; metadata is left out unless it is asked for. */
  function page(messages: readonly FakeMessage[], args: Arguments) {
    const oldest = args.text('oldest') ?? '0';
    const found = messages.filter(({ ts, onlyFor }) => !onlyFor && Number(ts) >= Number(oldest));
    const limit = Number(args.text('limit') ?? 100);
    const from = Number(args.text('cursor') ?? 0);
    const more = found.length > from + limit;
    const withMetadata = args.flag('include_all_metadata');
    return {
      messages: found.slice(from, from + limit).map((message) => messageView(workspace, message, { withMetadata })),
      has_more: more,
      response_metadata: { next_cursor: more ? String(from + limit) : '' },
    };
  }

  return {
    'conversations.replies'(args) {
      const { messages } = readable(args);
      const root = args.required('ts');
      const named = messages.find(({ ts }) => ts === root);
      if (!named) throw new SlackRefusal('thread_not_found');
      // The ts of a reply answers with that reply alone, which names its thread.
      if (named.threadTs && named.threadTs !== root) return page([named], args);
      return page(
        messages.filter(({ ts, threadTs }) => ts === root || threadTs === root),
        args,
      );
    },
    'conversations.history'(args) {
      const { messages } = readable(args);
      const shown = messages.filter(({ ts, threadTs, broadcast }) => !threadTs || threadTs === ts || broadcast);
      return page([...shown].reverse(), args);
    },
    'conversations.join'(args) {
      const channel = channelOf(args);
      if (channel.kind !== 'public') throw new SlackRefusal('method_not_supported_for_channel_type');
      if (channel.archived) throw new SlackRefusal('is_archived');
      channel.members.add(botUser);
      return { channel: { id: channel.id, name: channel.name } };
    },
    // A person's id opens the conversation with them: https://docs.slack.dev/reference/methods/conversations.open
    'conversations.open'(args) {
      const user = args.required('users');
      if (!workspace.users.has(user)) throw new SlackRefusal('user_not_found');
      return { channel: { id: workspace.dmWith(user).id } };
    },
    'conversations.info'(args) {
      const { id, name, kind, archived, members } = channelOf(args);
      return {
        channel: {
          id,
          name,
          is_im: kind === 'dm',
          is_private: kind !== 'public',
          is_archived: archived,
          is_member: members.has(botUser),
        },
      };
    },
  };
}
