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
  /** Keys of the pictures that the card shows. */
  pictures: readonly string[];
  /** The card's key, under which it holds its pictures. */
  holder?: string | undefined;
  /** Slack's ids of files that were shared for this card alone. */
  files?: readonly string[] | undefined;
  /** Ids of its actions that have forms. */
  forms?: readonly string[] | undefined;
  /** Id of the thread's opening, when the card is part of what was asked there first. */
  opening?: string | undefined;
}

/** What a thread that does not exist yet will begin with. */
export interface Opening {
  /** What was asked, as typed; forgotten once it is posted. */
  title: string;
  /** Takes answers for 30 minutes, also where the app can't post. */
  responseUrl: string | undefined;
  /** Milliseconds of this machine's clock. */
  at: number;
  /** The messages that answer what was asked. */
  answers?: readonly string[] | undefined;
}

export interface FileRecord {
  id: string;
  /** Processed by Slack, so that blocks can show it. */
  ready: boolean;
  /** Keys of the cards that show it; the file is deleted with the last of them. */
  holders?: readonly string[] | undefined;
}

/** Pictures on their way into a channel as shared files; written before they are, so that none is shared twice. */
export interface ShareRecord {
  channel: string;
  thread: string | undefined;
  /** Milliseconds of this machine's clock. */
  since: number;
  files: readonly string[];
  /** The message that Slack made of them. */
  ts?: string | undefined;
}

interface KeptForm {
  form: NonNullable<Action['form']>;
  /** Milliseconds of this machine's clock. */
  at: number;
}

/** The adapter's tables of the local durable state. */
export interface Ledger {
  post(key: string): PostRecord | undefined;
  /** On disk before the message is sent: after a crash it says that the message may be there. */
  announcePost(key: string, record: PostRecord): Promise<void>;
  savePost(key: string, record: PostRecord): Promise<void>;
  dropPost(key: string): Promise<void>;
  share(key: string): ShareRecord | undefined;
  /** On disk before the files are shared. */
  announceShare(key: string, record: ShareRecord): Promise<void>;
  saveShare(key: string, record: ShareRecord): Promise<void>;
  message(channel: string, ts: string): MessageRecord | undefined;
  saveMessage(channel: string, record: MessageRecord): Promise<void>;
  /** Forgets a card: its messages and forms. */
  dropMessage(channel: string, record: MessageRecord): Promise<void>;
  /** Makes a thread one of ours: pictures shared in it are for us. */
  saveThread(channel: string, root: string): Promise<void>;
  hasThread(channel: string, root: string): boolean;
  opening(id: string): Opening | undefined;
  /** Keeps what a thread will begin with, unless it is known already. */
  beginOpening(id: string, opening: Pick<Opening, 'title' | 'responseUrl'>): Promise<void>;
  saveOpening(id: string, opening: Opening): Promise<void>;
  dropOpening(id: string): Promise<void>;
  /** Uploaded pictures of this workspace by image key. */
  file(key: string): FileRecord | undefined;
  saveFile(key: string, record: FileRecord): Promise<void>;
  dropFile(key: string): Promise<void>;
  form(action: string): Action['form'];
  saveForms(actions: readonly Action[]): Promise<void>;
  /** Forgets prompts that nothing needs any more: those of commands that never came to a thread, and the oldest forms. */
  prune(now: number): Promise<void>;
}

/** Milliseconds that a command may wait for its thread before its words are forgotten. */
const openingsKept = 7 * 24 * 3_600_000;
/** Forms of the latest pictures; an older one asks for the text anew. */
const mostForms = 5000;

export function openLedger(state: State, team: string): Ledger {
  const posts = openRecords<PostRecord>(state, 'slack-posts');
  const shares = openRecords<ShareRecord>(state, 'slack-shares');
  const messages = openRecords<MessageRecord>(state, 'slack-messages');
  const threads = openRecords<true>(state, 'slack-threads');
  const openings = openRecords<Opening>(state, 'slack-openings');
  const files = openRecords<FileRecord>(state, 'slack-files');
  const forms = openRecords<KeptForm>(state, 'slack-forms');
  const at = (channel: string, ts: string) => `${channel}/${ts}`;
  const ofTeam = (key: string) => `${team}/${key}`;

  return {
    post: posts.get,
    announcePost: posts.putDurably,
    savePost: posts.put,
    dropPost: posts.remove,
    share: shares.get,
    announceShare: shares.putDurably,
    saveShare: shares.put,
    message: (channel, ts) => messages.get(at(channel, ts)),
    async saveMessage(channel, record) {
      const parts = record.parts.map((ts) => messages.put(at(channel, ts), record));
      const thread = record.thread ? [threads.put(at(channel, record.thread), true)] : [];
      await Promise.all([...parts, ...thread]);
    },
    async dropMessage(channel, record) {
      const parts = record.parts.map((ts) => messages.remove(at(channel, ts)));
      await Promise.all([...parts, ...(record.forms ?? []).map((id) => forms.remove(id))]);
    },
    saveThread: (channel, root) => threads.put(at(channel, root), true),
    hasThread: (channel, root) => threads.get(at(channel, root)) ?? false,
    opening: openings.get,
    async beginOpening(id, opening) {
      if (!openings.get(id)) await openings.put(id, { ...opening, at: Date.now() });
    },
    saveOpening: openings.put,
    dropOpening: openings.remove,
    file: (key) => files.get(ofTeam(key)),
    saveFile: (key, record) => files.put(ofTeam(key), record),
    dropFile: (key) => files.remove(ofTeam(key)),
    form: (action) => forms.get(action)?.form,
    async saveForms(actions) {
      await Promise.all(actions.map(async ({ id, form }) => form && forms.put(id, { form, at: Date.now() })));
    },
    async prune(now) {
      const unused = openings.all().filter(({ value }) => !value.answers && !(value.at > now - openingsKept));
      const newestFirst = forms.all().sort((one, other) => other.value.at - one.value.at);
      const oldForms = newestFirst.slice(mostForms);
      await Promise.all([
        ...unused.map(({ key }) => openings.remove(key)),
        ...oldForms.map(({ key }) => forms.remove(key)),
      ]);
    },
  };
}
