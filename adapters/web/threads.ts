import { createHash, randomBytes } from 'node:crypto';
import type { Card, Person } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import type { Database, State } from '../../src/state.ts';
import { type MessageRecord, pruneJobs, type ThreadRecord, type Upload } from './records.ts';

const titleLength = 120;

interface Said {
  person: Person;
  text: string;
  uploads: readonly Upload[];
}

/** The page's threads and messages, kept in the local state: they outlive the process. Every write resolves once it is on disk. */
export interface Threads {
  /** A new thread with what the person said in it; the same key again gives the same thread. */
  begin(said: Said, options: { key: string }): Promise<{ thread: string; isNew: boolean }>;
  /** Adds a person's message to a thread; the same key again adds nothing. */
  say(thread: string, said: Said, options: { key: string }): Promise<{ message: string; isNew: boolean }>;
  /** Adds a message of the bot; the same key again returns the first one's id, even when it was removed since. */
  post(thread: string, card: Card, options: { key: string }): Promise<string>;
  /** Gives or takes back one person's reaction. */
  react(message: string, change: { emoji: string; person: string; added: boolean }): Promise<void>;
  remove(message: string): Promise<void>;
  /** Takes back a thread whose first command was refused. */
  discard(thread: string): Promise<void>;
  /** Takes back a message that was refused, so that the same key can say it again. */
  retract(thread: string, message: string, options: { key: string }): Promise<void>;
  changeJobs(thread: string, change: (jobs: ThreadRecord['jobs']) => ThreadRecord['jobs']): Promise<void>;
  find(thread: string): ThreadRecord | undefined;
  findMessage(thread: string, message: string): MessageRecord | undefined;
  /** Messages that changed after a revision, removed ones included, in the order of their change. */
  changesSince(thread: string, revision: number): MessageRecord[];
  messages(thread: string): MessageRecord[];
  /** Newest first. */
  list(page: { limit: number; before?: string | undefined }): ThreadRecord[];
}

interface Tables {
  threads: Database<ThreadRecord, string>;
  messages: Database<MessageRecord, string>;
  /** Post key -> message or thread id. */
  keys: Database<string, string>;
}

/** `onChange` is called with the thread's id after each write that a page can see. */
export function createThreads(state: State, onChange: (thread: string) => void): Threads {
  const tables: Tables = {
    threads: state.table('web_threads'),
    messages: state.table('web_messages'),
    keys: state.table('web_keys'),
  };

  async function write<Result>(thread: string, work: () => Result): Promise<Result> {
    const results: Result[] = [];
    await state.durably(() => {
      results.push(work());
    });
    onChange(thread);
    return results[0] as Result;
  }

  return {
    async begin(said, { key }) {
      const fresh = newThreadId();
      return write(fresh, () => {
        const known = tables.keys.get(keyHash('thread', key));
        if (known !== undefined && tables.threads.get(known)) return { thread: known, isNew: false };
        tables.threads.put(fresh, newThread(fresh, said));
        tables.keys.put(keyHash('thread', key), fresh);
        add(tables, fresh, { person: said.person, text: said.text, uploads: said.uploads });
        return { thread: fresh, isNew: true };
      });
    },
    say: (thread, said, { key }) =>
      write(thread, () => addOnce(tables, thread, keyHash('said', thread, key), { ...said })),
    async post(thread, card, { key }) {
      mustFind(tables, thread);
      const { message } = await write(thread, () =>
        addOnce(tables, thread, keyHash('post', thread, key), { card, text: card.text, uploads: [] }),
      );
      return message;
    },
    react: (message, { emoji, person, added }) =>
      write(threadOf(message), () =>
        change(tables, message, (record) => ({
          reactions: { ...record.reactions, [emoji]: withPerson(record.reactions[emoji] ?? [], person, added) },
        })),
      ),
    remove: (message) => write(threadOf(message), () => erase(tables, message)),
    discard: (thread) =>
      write(thread, () => {
        for (const { id } of readMessages(tables, thread)) tables.messages.remove(id);
        tables.threads.remove(thread);
      }),
    retract: (thread, message, { key }) =>
      write(thread, () => {
        tables.keys.remove(keyHash('said', thread, key));
        erase(tables, message);
      }),
    changeJobs: (thread, changeOf) =>
      write(thread, () => {
        const record = tables.threads.get(thread);
        if (record) tables.threads.put(thread, { ...record, jobs: pruneJobs(changeOf(record.jobs)) });
      }),
    find: (thread) => tables.threads.get(thread),
    findMessage(thread, message) {
      const record = threadOf(message) === thread ? tables.messages.get(message) : undefined;
      return record?.removed ? undefined : record;
    },
    changesSince: (thread, revision) =>
      readMessages(tables, thread)
        .filter((message) => message.revision > revision)
        .sort((one, other) => one.revision - other.revision),
    messages: (thread) => readMessages(tables, thread).filter((message) => !message.removed),
    list: ({ limit, before }) => [
      ...tables.threads
        .getRange({ reverse: true, limit, ...(before === undefined ? {} : { start: before, exclusiveStart: true }) })
        .map(({ value }) => value),
    ],
  };
}

/** Ids sort by time, so that the newest threads are the end of the table. */
function newThreadId(): string {
  return `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}

function newThread(id: string, { text, uploads }: Said): ThreadRecord {
  const words = text.replaceAll(/\s+/g, ' ').trim();
  const title = words.replace(/^\/prompt /, '').slice(0, titleLength) || uploads[0]?.alt || 'Untitled';
  return { id, title, createdAt: Date.now(), revision: 0, messageCount: 0, jobs: {} };
}

/** `<thread>.<number>`: unique everywhere, and sorted as said. */
function messageId(thread: string, position: number): string {
  return `${thread}.${position.toString().padStart(6, '0')}`;
}

function threadOf(message: string): string {
  return message.slice(0, Math.max(0, message.lastIndexOf('.')));
}

/** LMDB keys are limited to 1,978 bytes, and callers' keys are not. */
function keyHash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function mustFind(tables: Tables, thread: string): ThreadRecord {
  const record = tables.threads.get(thread);
  if (!record) throw new BotError('not_found', 'This thread does not exist (any more). Start a new one.');
  return record;
}

type NewMessage = Pick<MessageRecord, 'person' | 'text' | 'uploads' | 'card'>;

function addOnce(tables: Tables, thread: string, key: string, content: NewMessage) {
  const known = tables.keys.get(key);
  if (known !== undefined) return { message: known, isNew: false };
  const message = add(tables, thread, content);
  tables.keys.put(key, message);
  return { message, isNew: true };
}

function add(tables: Tables, thread: string, content: NewMessage): string {
  const record = mustFind(tables, thread);
  const id = messageId(thread, record.messageCount + 1);
  const revision = record.revision + 1;
  tables.threads.put(thread, { ...record, revision, messageCount: record.messageCount + 1 });
  tables.messages.put(id, { ...content, id, thread, revision, createdAt: Date.now(), removed: false, reactions: {} });
  return id;
}

function change(tables: Tables, id: string, changeOf: (record: MessageRecord) => Partial<MessageRecord>): void {
  const record = tables.messages.get(id);
  const thread = record && tables.threads.get(record.thread);
  if (!record || record.removed || !thread) return;
  const revision = thread.revision + 1;
  tables.threads.put(thread.id, { ...thread, revision });
  tables.messages.put(id, { ...record, ...changeOf(record), revision });
}

function erase(tables: Tables, message: string): void {
  change(tables, message, () => ({ removed: true, text: '', uploads: [], card: undefined, reactions: {} }));
}

function withPerson(people: readonly string[], person: string, added: boolean): string[] {
  const others = people.filter((one) => one !== person);
  return added ? [...others, person] : others;
}

/** Every message id of a thread lies between `<thread>.` and `<thread>/`, the next character after the dot. */
function readMessages(tables: Tables, thread: string): MessageRecord[] {
  return [...tables.messages.getRange({ start: `${thread}.`, end: `${thread}/` }).map(({ value }) => value)];
}
