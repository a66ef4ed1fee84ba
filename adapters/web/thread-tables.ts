import { createHash } from 'node:crypto';
import { BotError } from '../../src/errors.ts';
import type { Database, State } from '../../src/state.ts';
import type { MessageRecord, ThreadRecord } from './records.ts';

export interface Tables {
  threads: Database<ThreadRecord, string>;
  messages: Database<MessageRecord, string>;
  /** Post key -> message or thread id. */
  keys: Database<string, string>;
}

export function openTables(state: State): Tables {
  return {
    threads: state.table('web_threads'),
    messages: state.table('web_messages'),
    keys: state.table('web_keys'),
  };
}

/** `<thread>.<number>`: unique everywhere, and sorted as said. */
export function messageId(thread: string, position: number): string {
  return `${thread}.${position.toString().padStart(6, '0')}`;
}

export function threadOf(message: string): string {
  return message.slice(0, Math.max(0, message.lastIndexOf('.')));
}

/** LMDB keys are limited to 1,978 bytes, and callers' keys are not. */
export function keyHash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function mustFind(tables: Tables, thread: string): ThreadRecord {
  const record = tables.threads.get(thread);
  if (!record) throw new BotError('not_found', 'This thread does not exist (any more). Start a new one.');
  return record;
}

type NewMessage = Pick<MessageRecord, 'person' | 'text' | 'uploads' | 'card' | 'asker'>;

export function addOnce(tables: Tables, thread: string, key: string, content: NewMessage) {
  const known = tables.keys.get(key);
  if (known !== undefined) return { message: known, isNew: false };
  const message = add(tables, thread, content);
  tables.keys.put(key, message);
  return { message, isNew: true };
}

export function add(tables: Tables, thread: string, content: NewMessage): string {
  const record = mustFind(tables, thread);
  const id = messageId(thread, record.messageCount + 1);
  const revision = record.revision + 1;
  tables.threads.put(thread, { ...record, revision, messageCount: record.messageCount + 1 });
  tables.messages.put(id, { ...content, id, thread, revision, createdAt: Date.now(), removed: false, reactions: {} });
  return id;
}

export function change(tables: Tables, id: string, changeOf: (record: MessageRecord) => Partial<MessageRecord>): void {
  const record = tables.messages.get(id);
  const thread = record && tables.threads.get(record.thread);
  if (!record || record.removed || !thread) return;
  const revision = thread.revision + 1;
  tables.threads.put(thread.id, { ...thread, revision });
  tables.messages.put(id, { ...record, ...changeOf(record), revision });
}

export function erase(tables: Tables, message: string): void {
  change(tables, message, () => ({ removed: true, text: '', uploads: [], card: undefined, reactions: {} }));
}

/** Every message id of a thread lies between `<thread>.` and `<thread>/`, the next character after the dot. */
export function readMessages(tables: Tables, thread: string): MessageRecord[] {
  return [...tables.messages.getRange({ start: `${thread}.`, end: `${thread}/` }).map(({ value }) => value)];
}
