import type { Action } from '../../src/chat.ts';
import type { State } from '../../src/state.ts';

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
  const posts = state.table<PostRecord>('slack-posts');
  const messages = state.table<MessageRecord>('slack-messages');
  const threads = state.table<true>('slack-threads');
  const openings = state.table<Opening>('slack-openings');
  const files = state.table<FileRecord>('slack-files');
  const forms = state.table<NonNullable<Action['form']>>('slack-forms');
  const at = (channel: string, ts: string) => `${channel}/${ts}`;
  const ofTeam = (key: string) => `${team}/${key}`;

  return {
    post: (key) => posts.get(key),
    savePost: (key, record) => state.durably(() => posts.put(key, record)),
    dropPost: (key) => state.durably(() => posts.remove(key)),
    message: (channel, ts) => messages.get(at(channel, ts)),
    saveMessage: (channel, record) =>
      state.durably(() => {
        for (const ts of record.parts) messages.put(at(channel, ts), record);
        if (record.thread) threads.put(at(channel, record.thread), true);
      }),
    dropMessage: (channel, record) =>
      state.durably(() => {
        for (const ts of record.parts) messages.remove(at(channel, ts));
      }),
    saveThread: async (channel, root) => {
      await threads.put(at(channel, root), true);
    },
    hasThread: (channel, root) => threads.doesExist(at(channel, root)),
    opening: (id) => openings.get(id),
    saveOpening: (id, opening) => state.durably(() => openings.put(id, opening)),
    file: (key) => files.get(ofTeam(key)),
    saveFile: (key, record) => state.durably(() => files.put(ofTeam(key), record)),
    dropFile: (key) => state.durably(() => files.remove(ofTeam(key))),
    form: (action) => forms.get(action),
    saveForms: (actions) => {
      const withForms = actions.flatMap(({ id, form }) => (form ? [{ id, form }] : []));
      if (withForms.length === 0) return Promise.resolve();
      return state.durably(() => {
        for (const { id, form } of withForms) forms.put(id, form);
      });
    },
  };
}
