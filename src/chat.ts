import type { Action, Card } from './card.ts';
import type { MessageRef } from './store/store.ts';

export type * from './card.ts';
export type { MessageRef } from './store/store.ts';

/** A conversation an adapter can post into; plain data, so that a job can carry it across a restart. */
export interface ThreadRef {
  adapter: string;
  thread: string;
}

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Where a job stands; adapters show it as they like, and as often as their platform allows. */
export interface ProgressUpdate {
  jobId: string;
  status: JobStatus;
  /** What is going on, in a few words: "Drawing 2 pictures". */
  label: string;
  /** 0 to 1; absent while it can't be told. */
  fraction?: number | undefined;
  /** Sampling steps, where the backend tells. */
  step?: number | undefined;
  steps?: number | undefined;
  /** A small JPEG, PNG or WebP of how the picture looks so far, for platforms that can show it. */
  preview?: Uint8Array | undefined;
  /** Seconds until it is done, as the backend or past jobs tell. */
  etaSeconds?: number | undefined;
  /** How many jobs are ahead; present while queued. */
  ahead?: number | undefined;
  /** The control that cancels the job, while it can be cancelled. */
  cancel?: Action | undefined;
}

/** A live conversation, rebuilt from its ref at any time. */
export interface Thread {
  readonly ref: ThreadRef;
  /** Posts once per key, ever: the same key again returns the ref of the first post. */
  post(card: Card, options: { key: string }): Promise<MessageRef>;
  remove(message: MessageRef): Promise<void>;
  progress(update: ProgressUpdate): Promise<void>;
  /** Whether the platform or the operator marks this place for adults; absent where there is no such mark. */
  isForAdults?(): Promise<boolean>;
  /** What whoever wants adult content can do in a place that is not for it, as a sentence. */
  readonly adultRemedy?: string | undefined;
}

export interface Person {
  /** The platform's user id; the core stores only its keyed hash. */
  id: string;
  name: string;
  /** May delete and cancel what others made here (manages messages, is an admin). */
  moderator?: boolean | undefined;
  /** Ids of the roles they have here, where the platform tells. */
  roles?: readonly string[] | undefined;
}

/** A picture that came with an invocation: its bytes, or an address that the adapter's `download` fetches once the job runs. */
export type Attachment = { name?: string | undefined } & ({ bytes: Uint8Array } | { url: string });

interface InvocationBase {
  /** The platform's id of the event (unique per adapter): a redelivered event is accepted once. */
  id: string;
  /** The server, workspace or local page. */
  scope: string;
  person: Person;
  thread: ThreadRef;
  /** Plain data that the adapter gets back with the thread, perhaps in another process. */
  carried?: unknown;
  /** Only a process on this data folder can answer in this thread. */
  isLocal?: boolean | undefined;
}

/** Everything a person can ask for. */
export type Invocation = InvocationBase &
  (
    | {
        kind: 'command';
        command: string;
        options: Readonly<Record<string, unknown>>;
        attachments: readonly Attachment[];
      }
    /** A control pressed: `action` is its id, `text` what its form was sent with. */
    | { kind: 'action'; action: string; text?: string | undefined; message: MessageRef }
    | { kind: 'reaction'; emoji: string; added: boolean; message: MessageRef }
    /** A reply: text and pictures; a picture is a reverse search. */
    | { kind: 'message'; text: string; attachments: readonly Attachment[] }
  );

export interface Accepted {
  jobId: string;
  /** Jobs ahead of this one. */
  ahead: number;
  /** Seconds until it is done, as past jobs tell. */
  etaSeconds?: number | undefined;
}

/** What the core offers an adapter. */
export interface ChatHandler {
  readonly commands: readonly CommandInfo[];
  /** Emoji that are controls, for adapters that map reactions. */
  readonly reactions: readonly string[];
  /** Resolves once the invocation is durable: from here on it survives a crash. Throws BotError for what can't be accepted. */
  accept(invocation: Invocation): Promise<Accepted>;
  /** Completions for an option as it is typed (styles, one's own past prompts), best first, at most 25. */
  suggest(question: Suggestion): Promise<string[]>;
}

export interface Suggestion {
  command: string;
  option: string;
  typed: string;
  scope: string;
  person: Person;
}

export interface Adapter {
  readonly name: string;
  start(handler: ChatHandler): Promise<void>;
  /** Stops taking work; posts stay possible until the process ends. */
  stop(): Promise<void>;
  /** `carried`: what the invocation carried, perhaps from another process. */
  thread(ref: ThreadRef, carried?: unknown): Thread;
  /** Fetches an attachment that was accepted as an address, from the platform's own file hosts only. */
  download?(url: string, options: { signal: AbortSignal }): Promise<Uint8Array>;
}

interface OptionBase {
  description: string;
  required?: boolean | undefined;
}

/** What a command takes; each platform renders it as typed options, flags (`--count 4`) or a form. */
export type CommandOption = OptionBase &
  /** `isPrompt`, `isUnwanted`: says what pictures are wanted or searched, or what must not be in them, so that the operator's rules hold for it. */
  (
    | {
        type: 'text';
        maxLength: number;
        suggests?: boolean | undefined;
        isPrompt?: boolean | undefined;
        isUnwanted?: boolean | undefined;
      }
    | { type: 'integer'; min: number; max: number }
    | { type: 'choice'; choices: readonly string[] }
    | { type: 'flag' }
    | { type: 'image' }
  );

export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** The part of a command that adapters render: registration, completion, help. */
export interface CommandInfo {
  name: string;
  description: string;
  /** In order of importance; the first text option takes the words typed without a flag. */
  options: CommandOptions;
  /** Its answers are for the asker alone: an adapter acks it privately and opens no thread. */
  personal?: boolean | undefined;
}
