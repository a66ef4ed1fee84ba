import type { MessageRecord, ThreadRecord } from './records.ts';
import { messageId, readMessages, type Tables, threadOf } from './thread-tables.ts';

/** Threads as one person sees them: what is for another's eyes alone is as good as not there. */
export interface ThreadsView {
  find(thread: string): ThreadRecord | undefined;
  findMessage(thread: string, message: string): MessageRecord | undefined;
  /** Messages that changed after a revision, removed ones included, in the order of their change. */
  changesSince(thread: string, revision: number): MessageRecord[];
  messages(thread: string): MessageRecord[];
  /** Newest first. */
  list(page: { limit: number; before?: string | undefined }): ThreadRecord[];
}

export function createViewOf(tables: Tables): (viewer: string) => ThreadsView {
  return (viewer) => {
    const isOpen = ({ owner }: ThreadRecord) => owner === undefined || owner === viewer;

    function find(thread: string): ThreadRecord | undefined {
      const record = tables.threads.get(thread);
      return record && isOpen(record) ? record : undefined;
    }

    function isShown(message: MessageRecord): boolean {
      const asker = message.asker ?? (message.card?.personal ? starterOf(tables, message.thread) : undefined);
      return asker === undefined || asker === viewer;
    }

    const shownIn = (thread: string) => (find(thread) ? readMessages(tables, thread).filter(isShown) : []);

    return {
      find,
      findMessage(thread, message) {
        const record = threadOf(message) === thread && find(thread) ? tables.messages.get(message) : undefined;
        return record && !record.removed && isShown(record) ? record : undefined;
      },
      changesSince: (thread, revision) =>
        shownIn(thread)
          .filter((message) => message.revision > revision)
          .sort((one, other) => one.revision - other.revision),
      messages: (thread) => shownIn(thread).filter(({ removed }) => !removed),
      list({ limit, before }) {
        const start = before === undefined ? {} : { start: before, exclusiveStart: true };
        const listed: ThreadRecord[] = [];
        for (const { value } of tables.threads.getRange({ reverse: true, ...start })) {
          if (isOpen(value)) listed.push(value);
          if (listed.length === limit) break;
        }
        return listed;
      },
    };
  };
}

/** Whoever began a thread: the one for whom its personal messages are where nothing else tells. */
function starterOf(tables: Tables, thread: string): string {
  return tables.messages.get(messageId(thread, 1))?.person?.id ?? '';
}
