import type { MessageRef, ThreadRef } from './chat.ts';

/** What an accepted invocation is on disk: everything that is needed to run it after a restart. */
export interface JobPayload {
  thread: ThreadRef;
  scope: string;
  user: string;
  moderator: boolean;
  /** What the adapter needs to answer from another process (src/chat.ts). */
  carried?: unknown;
  attachments: readonly ({ key: string } | { url: string })[];
  task: CommandTask | ActionTask;
}

export interface CommandTask {
  kind: 'command';
  name: string;
  values: Readonly<Record<string, unknown>>;
}

export interface ActionTask {
  kind: 'action';
  name: string;
  /** Absent for a reaction: its generation is found by the message. */
  target?: string | undefined;
  message: MessageRef;
  text?: string | undefined;
  given?: boolean | undefined;
}
