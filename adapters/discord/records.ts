import type { Action } from '../../src/chat.ts';
import type { Database, State } from '../../src/state.ts';

/** Where something was asked, and where its answers go. Written before the job is accepted, so that a restart finds it. */
export interface PlaceRecord {
  /** A slash or menu command, a pressed control, or a message. */
  kind: 'command' | 'control' | 'message';
  /** The channel it was asked in. */
  channel: string;
  /** Of a thread, the channel it is in, when the server told. */
  parent?: string | undefined;
  /** The message that asked, for `message`. */
  source?: string | undefined;
  /** Answers are for the asker's eyes alone. */
  personal: boolean;
  /** A thread may be opened here; undefined where the channel has yet to be asked. */
  opensThread: boolean | undefined;
  /** The thread's name; people's words are kept until it is open. */
  title?: string | undefined;
  /** The first message, in Discord's markdown; absent where nothing needs an introduction, and once it was shown. */
  opener?: string | undefined;
  person: string;
  /** The interaction's webhook; its token lives for 15 minutes. */
  webhook?: { application: string; token: string } | undefined;
  /** What the bot may do in the channel, as a decimal bit set; absent when nobody told. */
  permissions?: string | undefined;
  /** Bytes a file may have here; absent when nobody told. */
  attachmentLimit?: number | undefined;
  createdAt: number;
  /** The channel or thread that answers go to, once it is open. */
  home?: string | undefined;
  /** Another process noted it, and may have shown a job's progress there. */
  isAdopted?: boolean | undefined;
  /** The key of the post that took the place of "thinking" in a personal answer. */
  originalKey?: string | undefined;
}

/** A post that was begun; with `message` it is known to have arrived. */
export interface PostRecord {
  channel: string;
  begunAt: number;
  message?: string | undefined;
}

/** A message of the bot. A card that needed several messages is known by the last, which has its controls. */
export interface SentRecord {
  channel: string;
  main: string;
  /** Present on the main one. */
  parts?: readonly string[] | undefined;
  /** Seen by one person, through this place's webhook only. */
  place?: string | undefined;
  /** Controls of the card whose forms are kept. */
  forms?: readonly string[] | undefined;
  at: number;
}

/** What a control's form asks. */
export type Form = NonNullable<Action['form']>;

export interface FormRecord extends Form {
  at: number;
}

export interface ThreadRecord {
  parent: string;
  at: number;
}

export interface ShownRecord {
  neighbours: readonly string[];
  at: number;
}

export interface Tables {
  places: Database<PlaceRecord, string>;
  posts: Database<PostRecord, string>;
  sent: Database<SentRecord, string>;
  /** What a control's form asks, by the control's id: a modal must be shown at once. */
  forms: Database<FormRecord, string>;
  /** The channel a thread of the bot was opened in: answers go there when the thread is deleted. */
  threads: Database<ThreadRecord, string>;
  /** Ids of the neighbours shown last in a channel, in their order: what "prompt 2" means. */
  shown: Database<ShownRecord, string>;
  /** The hash of the commands registered last, by API, application and server. */
  registrations: Database<string, string>;
}

/** Opens the adapter's tables. */
export function openTables(state: State): Tables {
  return {
    places: state.table('discord_places'),
    posts: state.table('discord_posts'),
    sent: state.table('discord_sent'),
    forms: state.table('discord_forms'),
    threads: state.table('discord_threads'),
    shown: state.table('discord_shown'),
    registrations: state.table('discord_registrations'),
  };
}
