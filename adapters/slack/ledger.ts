import type { Action } from '../../src/chat.ts';
import type { State } from '../../src/state.ts';
import { openRecords } from './records.ts';

/** An announced post; without a ts its sending was begun and may or may not have arrived. */
export interface PostRecord {
  channel: string;
  /** Milliseconds of this machine's clock. */
  since: number;
  ts?: string | undefined;
}

/** A message of ours, by channel and ts. */
export interface MessageRecord {
  /** The message of the same card that carries its controls; reactions on any part count there. */
  main: string;
  thread: string | undefined;
  /** All messages of the card; kept with the main one. */
  parts: readonly string[];
  /** Keys of the pictures that the card made public. */
  pictures: readonly string[];
}

/** What a thread that does not exist yet will begin with. */
export interface Opening {
  /** What was asked, as typed. */
  title: string;
  /** Takes answers for 30 minutes, also where the app can't post. */
  responseUrl: string | undefined;
}

export interface FileRecord {
  id: string;
  /** Processed by Slack, so that blocks can show it. */
  ready: boolean;
}

/** The adapter's tables of the local durable state. */
export interface Ledger {
  post(key: string): PostRecord | undefined;
  /** On disk before the message is sent: after a crash it says that the message may be there. */
  announcePost(key: string, record: PostRecord): Promise<void>;
  savePost(key: string, record: PostRecord): Promise<void>;
  dropPost(key: string): Promise<void>;
  message(channel: string, ts: string): MessageRecord | undefined;
  saveMessage(channel: string, record: MessageRecord): Promise<void>;
  dropMessage(channel: string, record: MessageRecord): Promise<void>;
  /** Makes a thread one of ours: pictures shared in it are for us. */
  saveThread(channel: string, root: string): Promise<void>;
  hasThread(channel: string, root: string): boolean;
  opening(id: string): Opening | undefined;
  saveOpening(id: string, opening: Opening): Promise<void>;
  /** Uploaded pictures of this workspace by image key. */
  file(key: string): FileRecord | undefined;
  saveFile(key: string, record: FileRecord): Promise<void>;
  dropFile(key: string): Promise<void>;
  form(action: string): Action['form'];
  saveForms(actions: readonly Action[]): Promise<void>;
}

export function openLedger(state: State, team: string): Ledger {
  const posts = openRecords<PostRecord>(state, 'slack-posts');
  const messages = openRecords<MessageRecord>(state, 'slack-messages');
  const threads = openRecords<true>(state, 'slack-threads');
  const openings = openRecords<Opening>(state, 'slack-openings');
  const files = openRecords<FileRecord>(state, 'slack-files');
  const forms = openRecords<NonNullable<Action['form']>>(state, 'slack-forms');
  const at = (channel: string, ts: string) => `${channel}/${ts}`;
  const ofTeam = (key: string) => `${team}/${key}`;

  return {
    post: posts.get,
    announcePost: posts.putDurably,
    savePost: posts.put,
    dropPost: posts.remove,
    message: (channel, ts) => messages.get(at(channel, ts)),
    async saveMessage(channel, record) {
      const parts = record.parts.map((ts) => messages.put(at(channel, ts), record));
      const thread = record.thread ? [threads.put(at(channel, record.thread), true)] : [];
      await Promise.all([...parts, ...thread]);
    },
    async dropMessage(channel, record) {
      await Promise.all(record.parts.map((ts) => messages.remove(at(channel, ts))));
    },
    saveThread: (channel, root) => threads.put(at(channel, root), true),
    hasThread: (channel, root) => threads.get(at(channel, root)) ?? false,
    opening: openings.get,
    saveOpening: openings.put,
    file: (key) => files.get(ofTeam(key)),
    saveFile: (key, record) => files.put(ofTeam(key), record),
    dropFile: (key) => files.remove(ofTeam(key)),
    form: forms.get,
    async saveForms(actions) {
      await Promise.all(actions.map(async ({ id, form }) => form && forms.put(id, form)));
    },
  };
}
