import { randomBytes } from 'node:crypto';
import type { Card, Person } from '../../src/chat.ts';
import type { State } from '../../src/state.ts';
import { pruneJobs, type ThreadRecord, type Upload } from './records.ts';
import { add, addOnce, change, erase, keyHash, mustFind, openTables, readMessages, threadOf } from './thread-tables.ts';
import { createViewOf, type ThreadsView } from './threads-view.ts';

const titleLength = 120;

interface Said {
  person: Person;
  text: string;
  uploads: readonly Upload[];
  /** The whole thread is for this person's eyes alone: a personal command began it. */
  isPersonal?: boolean | undefined;
}

/** The page's threads and messages, kept in the local state: they outlive the process. Every write resolves once it is on disk. */
export interface Threads {
  /** A new thread with what the person said in it; the same key again gives the same thread. */
  begin(said: Said, options: { key: string }): Promise<{ thread: string; isNew: boolean }>;
  /** Adds a person's message to a thread; the same key again adds nothing. Pages hear of it once its job is accepted: its pictures are kept only then. */
  say(thread: string, said: Said, options: { key: string }): Promise<{ message: string; isNew: boolean }>;
  /** Adds a message of the bot, a personal one for the asker alone; the same key again returns the first one's id, even when it was removed since. */
  post(thread: string, card: Card, options: { key: string; asker?: string | undefined }): Promise<string>;
  /** Gives or takes back one person's reaction. */
  react(message: string, change: { emoji: string; person: string; added: boolean }): Promise<void>;
  remove(message: string): Promise<void>;
  /** Takes back a thread whose first command was refused. */
  discard(thread: string): Promise<void>;
  /** Takes back a message that was refused, so that the same key can say it again. */
  retract(thread: string, message: string, options: { key: string }): Promise<void>;
  changeJobs(thread: string, change: (jobs: ThreadRecord['jobs']) => ThreadRecord['jobs']): Promise<void>;
  find(thread: string): ThreadRecord | undefined;
  /** What one person may see. */
  as(viewer: string): ThreadsView;
}

/** `onChange` is called with the thread's id after each write that a page can see. */
export function createThreads(state: State, onChange: (thread: string) => void): Threads {
  const tables = openTables(state);

  async function writeQuietly<Result>(work: () => Result): Promise<Result> {
    const results: Result[] = [];
    await state.durably(() => {
      results.push(work());
    });
    return results[0] as Result;
  }

  async function write<Result>(thread: string, work: () => Result): Promise<Result> {
    const result = await writeQuietly(work);
    onChange(thread);
    return result;
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
    say: (thread, said, { key }) => writeQuietly(() => addOnce(tables, thread, keyHash('said', thread, key), said)),
    async post(thread, card, { key, asker }) {
      mustFind(tables, thread);
      const { message } = await write(thread, () =>
        addOnce(tables, thread, keyHash('post', thread, key), { card, text: card.text, uploads: [], asker }),
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
    as: createViewOf(tables),
  };
}

/** Ids sort by time, so that the newest threads are the end of the table. */
function newThreadId(): string {
  return `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}

function newThread(id: string, { person, text, uploads, isPersonal }: Said): ThreadRecord {
  const words = text.replaceAll(/\s+/g, ' ').trim();
  const title = words.replace(/^\/prompt /, '').slice(0, titleLength) || uploads[0]?.alt || 'Untitled';
  const owner = isPersonal ? person.id : undefined;
  return { id, title, createdAt: Date.now(), revision: 0, messageCount: 0, jobs: {}, owner };
}

function withPerson(people: readonly string[], person: string, added: boolean): string[] {
  const others = people.filter((one) => one !== person);
  return added ? [...others, person] : others;
}
