import { randomBytes } from 'node:crypto';

export interface Json {
  [key: string]: unknown;
}

export interface FakeUser {
  id: string;
  name: string;
  admin: boolean;
}

export interface FakeChannel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'dm';
  members: Set<string>;
  archived: boolean;
  messages: FakeMessage[];
}

export interface FakeMessage {
  ts: string;
  user: string;
  text: string;
  blocks: Json[];
  threadTs: string | undefined;
  metadata: Json | undefined;
  files: string[];
  bot: boolean;
  broadcast: boolean;
  /** Set for messages that one person alone sees; they are never in a history. */
  onlyFor: string | undefined;
  /** Emoji name to the people who gave it. */
  reactions: Map<string, Set<string>>;
  /** Milliseconds of every edit, for the throttle's test. */
  edits: number[];
}

export interface FakeFile {
  id: string;
  name: string;
  owner: string;
  bytes: Buffer | undefined;
  declaredLength: number;
  altText: string;
  completed: boolean;
  /** Empty until Slack's asynchronous processing is through. */
  mimetype: string;
  /** Channel id to the message that shares the file. */
  shares: Map<string, { ts: string; threadTs: string | undefined }>;
  /** Channels whose members can see the picture because a message shows it. */
  shownIn: Set<string>;
  deleted: boolean;
}

export interface FakeView {
  id: string;
  openedBy: string;
  view: Json;
}

/** The state of one Slack workspace with the app installed. */
export interface Workspace {
  readonly team: string;
  readonly appId: string;
  readonly botUser: string;
  readonly botId: string;
  readonly users: Map<string, FakeUser>;
  readonly channels: Map<string, FakeChannel>;
  readonly files: Map<string, FakeFile>;
  readonly views: FakeView[];
  /** Trigger ids open one view, within three seconds: https://docs.slack.dev/interactivity/handling-user-interaction */
  readonly triggers: Map<string, { user: string; expires: number }>;
  newTrigger(user: string): string;
  newId(prefix: string): string;
  /** Unique and ascending per workspace: seconds with six decimals. */
  newTs(): string;
  addUser(name: string, options?: { admin?: boolean }): FakeUser;
  addChannel(
    name: string,
    options?: { kind?: FakeChannel['kind']; members?: readonly string[]; withBot?: boolean },
  ): FakeChannel;
  dmWith(user: string): FakeChannel;
  message(channel: string, ts: string): FakeMessage | undefined;
}

/** Slack ids are a letter and upper-case letters and digits: https://docs.slack.dev/reference/objects */
function newId(prefix: string): string {
  const letters = randomBytes(10)
    .toString('base64')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '0');
  return `${prefix}${letters.slice(0, 10)}`;
}

export function createWorkspace(): Workspace {
  let lastMicros = 0;
  const users = new Map<string, FakeUser>();
  const channels = new Map<string, FakeChannel>();
  const triggers: Workspace['triggers'] = new Map();
  const botUser = newId('U');

  function newTs(): string {
    lastMicros = Math.max(Date.now() * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  }

  const workspace: Workspace = {
    team: newId('T'),
    appId: newId('A'),
    botUser,
    botId: newId('B'),
    users,
    channels,
    files: new Map(),
    views: [],
    triggers,
    newId,
    newTs,
    newTrigger(user) {
      const id = `${Date.now()}.${newId('')}.${newId('').toLowerCase()}`;
      triggers.set(id, { user, expires: Date.now() + 3000 });
      return id;
    },
    addUser(name, { admin = false } = {}) {
      const user = { id: newId('U'), name, admin };
      users.set(user.id, user);
      return user;
    },
    addChannel(name, { kind = 'public', members = [], withBot = true } = {}) {
      const channel: FakeChannel = {
        id: newId(kind === 'dm' ? 'D' : 'C'),
        name,
        kind,
        members: new Set(withBot ? [...members, botUser] : members),
        archived: false,
        messages: [],
      };
      channels.set(channel.id, channel);
      return channel;
    },
    dmWith(user) {
      const known = [...channels.values()].find(
        ({ kind, members }) => kind === 'dm' && members.has(user) && members.has(botUser),
      );
      return known ?? workspace.addChannel(`dm-${user}`, { kind: 'dm', members: [user] });
    },
    message: (channel, ts) => channels.get(channel)?.messages.find((message) => message.ts === ts),
  };
  users.set(botUser, { id: botUser, name: 'promptory', admin: false });
  return workspace;
}
