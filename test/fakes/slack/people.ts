import { controlIn } from './controls.ts';
import type { Delivery, Transport } from './delivery.ts';
import { mimetypeOf } from './file-methods.ts';
import { messageView, serveFrom } from './views-of.ts';
import type { FakeChannel, FakeFile, FakeMessage, FakeUser, FakeView, Json, Workspace } from './workspace.ts';

interface Saying {
  thread?: string | undefined;
  files?: readonly FakeFile[] | undefined;
}

/** What the people of the workspace do, as the events that Slack makes of it. */
export interface People {
  /** https://docs.slack.dev/interactivity/implementing-slash-commands */
  command(user: FakeUser, channel: FakeChannel, command: string, text?: string): Promise<Delivery>;
  /** Writes a message; the app hears of it where it is mentioned (app_mention) and where it reads along (message). */
  say(
    user: FakeUser,
    channel: FakeChannel,
    text: string,
    options?: Saying,
  ): Promise<{ ts: string; deliveries: Delivery[] }>;
  mention(
    user: FakeUser,
    channel: FakeChannel,
    text: string,
    options?: Saying,
  ): Promise<{ ts: string; deliveries: Delivery[] }>;
  /** Slack sends the events of a message once more, as after an acknowledgement that got lost. */
  redeliver(channel: FakeChannel, ts: string): Promise<Delivery[]>;
  /** Any other event. */
  happen(event: Json): Promise<Delivery>;
  /** The latest event once more, under the same event id. */
  redeliverLast(): Promise<Delivery>;
  upload(user: FakeUser, bytes: Buffer, name?: string): FakeFile;
  /** Presses the button, or picks the overflow entry, that stands for this id. */
  press(user: FakeUser, channel: FakeChannel, message: FakeMessage, id: string): Promise<Delivery>;
  react(user: FakeUser, channel: FakeChannel, message: FakeMessage, name: string): Promise<Delivery>;
  unreact(user: FakeUser, channel: FakeChannel, message: FakeMessage, name: string): Promise<Delivery>;
  /** Sends a modal; `state` is by block id. */
  submit(user: FakeUser, view: FakeView, state: Readonly<Record<string, Json>>): Promise<Delivery>;
  shortcut(user: FakeUser, channel: FakeChannel, message: FakeMessage, callbackId: string): Promise<Delivery>;
  /** Types into an external select of a modal. */
  type(user: FakeUser, view: FakeView, actionId: string, value: string): Promise<Delivery>;
}

export function createPeople(
  workspace: Workspace,
  transport: Transport,
  baseUrl: () => string,
  responseUrl: () => string,
): People {
  const { team, appId, botUser } = workspace;
  let lastEvent: Json = {};

  /** https://docs.slack.dev/apis/events-api/#event-object */
  function emit(event: Json): Promise<Delivery> {
    lastEvent = {
      token: 'verification',
      team_id: team,
      api_app_id: appId,
      event: { event_ts: workspace.newTs(), ...event },
      type: 'event_callback',
      event_id: workspace.newId('Ev'),
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: team, user_id: botUser, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
    };
    return transport.deliver('events_api', lastEvent);
  }

  function interact(user: FakeUser, payload: Json): Promise<Delivery> {
    return transport.deliver('interactive', {
      team: { id: team, domain: 'fake' },
      user: { id: user.id, username: user.name, name: user.name, team_id: team },
      api_app_id: appId,
      token: 'verification',
      enterprise: null,
      is_enterprise_install: false,
      trigger_id: workspace.newTrigger(user.id),
      ...payload,
    });
  }

  function put(user: FakeUser, channel: FakeChannel, text: string, { thread, files = [] }: Saying): FakeMessage {
    const message: FakeMessage = {
      ts: workspace.newTs(),
      user: user.id,
      text,
      blocks: [],
      threadTs: thread,
      metadata: undefined,
      files: files.map(({ id }) => id),
      bot: false,
      broadcast: false,
      onlyFor: undefined,
      reactions: new Map(),
      edits: [],
    };
    channel.messages.push(message);
    return message;
  }

  async function say(user: FakeUser, channel: FakeChannel, text: string, options: Saying = {}) {
    const message = put(user, channel, asSent(text), options);
    return { ts: message.ts, deliveries: await announce(channel, message) };
  }

  /** Which events a message makes: https://docs.slack.dev/reference/events/app_mention and /message. */
  async function announce(channel: FakeChannel, message: FakeMessage): Promise<Delivery[]> {
    if (!channel.members.has(botUser)) return [];
    const { ts, threadTs, files, text } = message;
    const root = threadTs ? workspace.message(channel.id, threadTs) : undefined;
    const seen = {
      ...messageView(workspace, message),
      channel: channel.id,
      client_msg_id: `client-${ts}`,
      ...(root ? { parent_user_id: root.user } : {}),
    };
    const subtype = files.length > 0 ? { subtype: 'file_share' } : {};
    const channelType = { public: 'channel', private: 'group', dm: 'im' }[channel.kind];
    const events = [emit({ ...seen, ...subtype, type: 'message', channel_type: channelType })];
    if (text.includes(`<@${botUser}>`) && channel.kind !== 'dm') events.push(emit({ ...seen, type: 'app_mention' }));
    return Promise.all(events);
  }

  function reacted(type: string, user: FakeUser, channel: FakeChannel, message: FakeMessage, name: string) {
    const item = { type: 'message', channel: channel.id, ts: message.ts };
    return emit({ type, user: user.id, reaction: name, item, item_user: message.user });
  }

  return {
    say,
    redeliver(channel, ts) {
      const message = workspace.message(channel.id, ts);
      return message ? announce(channel, message) : Promise.reject(new Error(`there is no message ${ts}`));
    },
    happen: emit,
    redeliverLast: () => transport.deliver('events_api', lastEvent),
    mention: (user, channel, text, options) => say(user, channel, `<@${botUser}> ${text}`, options),
    command: (user, channel, command, text = '') =>
      transport.deliver('slash_commands', {
        token: 'verification',
        team_id: team,
        team_domain: 'fake',
        channel_id: channel.id,
        channel_name: channel.name,
        user_id: user.id,
        user_name: user.name,
        command,
        text: asSent(text),
        api_app_id: appId,
        is_enterprise_install: 'false',
        response_url: `${responseUrl()}/respond/${channel.id}/${user.id}`,
        trigger_id: workspace.newTrigger(user.id),
      }),
    upload(user, bytes, name = 'picture.png') {
      const file: FakeFile = {
        id: workspace.newId('F'),
        name,
        owner: user.id,
        bytes,
        declaredLength: bytes.length,
        altText: '',
        completed: true,
        mimetype: mimetypeOf(bytes),
        shares: new Map(),
        shownIn: new Set(),
        deleted: false,
      };
      workspace.files.set(file.id, file);
      serveFrom(file, baseUrl());
      return file;
    },
    press(user, channel, message, id) {
      const found = controlIn(message.blocks, id);
      if (!found) return Promise.reject(new Error(`the message shows no control ${id}`));
      const { block, element, option } = found;
      return interact(user, {
        type: 'block_actions',
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: channel.id,
          is_ephemeral: message.onlyFor !== undefined,
          ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
        },
        channel: { id: channel.id, name: channel.name },
        // What one person alone sees is not in the payload: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
        ...(message.onlyFor ? {} : { message: messageView(workspace, message) }),
        response_url: `${responseUrl()}/respond/${channel.id}/${user.id}`,
        actions: [
          {
            type: element['type'],
            action_id: element['action_id'],
            block_id: block['block_id'],
            action_ts: workspace.newTs(),
            ...(option ? { selected_option: option } : { text: element['text'], value: element['value'] }),
          },
        ],
      });
    },
    async react(user, channel, message, name) {
      const people = message.reactions.get(name) ?? new Set();
      message.reactions.set(name, people.add(user.id));
      return reacted('reaction_added', user, channel, message, name);
    },
    async unreact(user, channel, message, name) {
      message.reactions.get(name)?.delete(user.id);
      return reacted('reaction_removed', user, channel, message, name);
    },
    submit: (user, { id, view }, values) =>
      interact(user, { type: 'view_submission', view: { id, ...view, state: { values } }, response_urls: [] }),
    shortcut: (user, channel, message, callbackId) =>
      interact(user, {
        type: 'message_action',
        callback_id: callbackId,
        action_ts: workspace.newTs(),
        message_ts: message.ts,
        channel: { id: channel.id, name: channel.name },
        message: messageView(workspace, message),
        response_url: `${responseUrl()}/respond/${channel.id}/${user.id}`,
      }),
    type: (user, { id, view }, actionId, value) =>
      interact(user, {
        type: 'block_suggestion',
        action_id: actionId,
        block_id: actionId,
        value,
        view: { id, ...view },
      }),
  };
}

/** What people type is escaped before apps see it, but for references: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function asSent(typed: string): string {
  return typed.replaceAll(
    /&|<(?!@U)|(?<!<@U\w*)>/g,
    (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark] ?? mark,
  );
}
