import { createHash, randomUUID } from 'node:crypto';
import type { Attachment, ChatHandler, CommandInfo, Invocation, MessageRef, Person } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import { encodeUpload } from '../../src/images/encode.ts';
import { imageKeyOf } from '../../src/images/image-files.ts';
import type { Jobs } from './jobs.ts';
import type { Upload } from './records.ts';
import type { Submission } from './submission.ts';
import type { Threads } from './threads.ts';

interface Sender {
  person: Person;
  /** The client's own id of this request, if it gave one: sent twice, it counts once. */
  idempotencyKey: string | undefined;
}

/** Takes in what people send; each call resolves once it is durable, and the thread shows it as queued. */
export interface Intake {
  startThread(submission: Submission, sender: Sender): Promise<string>;
  reply(thread: string, submission: Submission, sender: Sender): Promise<string>;
  press(message: MessageRef, control: { id: string; text?: string | undefined }, sender: Sender): Promise<void>;
  react(message: MessageRef, reaction: { emoji: string; added: boolean }, sender: Sender): Promise<void>;
}

interface Parts {
  name: string;
  scope: string;
  handler: ChatHandler;
  threads: Threads;
  jobs: Jobs;
}

/** What a job keeps of whom it answers. */
export interface Carried {
  asker: string;
}

type Meaning =
  | { kind: 'command'; command: string; options: Readonly<Record<string, unknown>> }
  | { kind: 'message'; text: string };

export function createIntake({ name, scope, handler, threads, jobs }: Parts): Intake {
  async function accept(invocation: Invocation): Promise<void> {
    const isControl = invocation.kind === 'action' || invocation.kind === 'reaction';
    const job = await handler.accept(invocation);
    await jobs.accepted(invocation.thread.thread, { ...job, isControl });
  }

  function common(sender: Sender, thread: string) {
    const { person } = sender;
    const carried: Carried = { asker: person.id };
    return { id: invocationId(sender), scope, person, thread: { adapter: name, thread }, carried, isLocal: true };
  }

  return {
    async startThread(submission, sender) {
      const meaning = meaningOf(submission);
      const { uploads, attachments } = await cleaned(submission.pictures);
      const key = invocationId(sender);
      const isPersonal = isPersonalCommand(meaning, handler.commands);
      const said = { person: sender.person, text: shownText(submission), uploads, isPersonal };
      const { thread, isNew } = await threads.begin(said, { key });
      try {
        await accept({ ...common(sender, thread), id: key, ...meaning, attachments });
      } catch (error) {
        if (isNew) await threads.discard(thread);
        throw error;
      }
      return thread;
    },

    async reply(thread, submission, sender) {
      const meaning = meaningOf(submission);
      const { uploads, attachments } = await cleaned(submission.pictures);
      const key = invocationId(sender);
      const said = { person: sender.person, text: shownText(submission), uploads };
      const { message, isNew } = await threads.say(thread, said, { key });
      try {
        await accept({ ...common(sender, thread), id: key, ...meaning, attachments });
      } catch (error) {
        if (isNew) await threads.retract(thread, message, { key });
        throw error;
      }
      return message;
    },

    async press(message, { id: action, text }, sender) {
      await accept({ ...common(sender, message.thread), kind: 'action', action, text, message });
    },

    async react(message, { emoji, added }, sender) {
      const given = threads.as(sender.person.id).findMessage(message.thread, message.message)?.reactions[emoji] ?? [];
      if (given.includes(sender.person.id) === added) return;
      const invocation = { ...common(sender, message.thread), kind: 'reaction', emoji, added, message } as const;
      // Taking back may be no job at all, and nobody waits for an answer to it.
      if (added) await accept(invocation);
      else await handler.accept(invocation);
      await threads.react(message.message, { emoji, person: sender.person.id, added });
    },
  };
}

/** A person's key is theirs alone: two people may use the same one. */
function invocationId({ person, idempotencyKey }: Sender): string {
  if (idempotencyKey === undefined) return randomUUID();
  return createHash('sha256')
    .update(JSON.stringify([person.id, idempotencyKey]))
    .digest('hex');
}

/** A named command is itself; everything else is a message, and the core reads commands out of those. */
function meaningOf({ command, options, text = '', pictures }: Submission): Meaning {
  if (command !== undefined) return { kind: 'command', command, options: options ?? {} };
  if (options !== undefined) throw new BotError('invalid_input', 'Options belong to a command: name it as "command".');
  if (text.trim() === '' && pictures.length === 0) {
    throw new BotError('invalid_input', 'Write something or add a picture.');
  }
  return { kind: 'message', text };
}

/** On other platforms its answer opens no thread; here the thread is the asker's alone. */
function isPersonalCommand(meaning: Meaning, commands: readonly CommandInfo[]): boolean {
  const [, typed] = meaning.kind === 'message' ? (/^\s*\/(\S+)/u.exec(meaning.text) ?? []) : ['', meaning.command];
  return commands.some(({ name, personal }) => personal && name === typed?.toLowerCase());
}

/** What the thread shows as said: the text as typed, or a command written out the way one would type it. */
function shownText({ text, command, options = {} }: Submission): string {
  if (command === undefined) return text ?? '';
  const { text: words, ...flags } = options;
  const written = Object.entries(flags).map(([name, value]) =>
    value === true ? `--${name}` : `--${name} ${quoted(value)}`,
  );
  return [`/${command}`, ...(typeof words === 'string' ? [words] : []), ...written].join(' ');
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return /\s/.test(text) ? JSON.stringify(text) : text;
}

/** The thread shows the copy that the core keeps once it has accepted: the same bytes have the same key. Throws BotError `unsupported_image` or `too_large`. */
async function cleaned(pictures: Submission['pictures']) {
  const uploads: Upload[] = [];
  const attachments: Attachment[] = [];
  for (const { name, bytes } of pictures) {
    const copy = await encodeUpload(bytes);
    uploads.push({ key: imageKeyOf(copy.bytes), alt: name || 'A picture', width: copy.width, height: copy.height });
    attachments.push({ name, bytes });
  }
  return { uploads, attachments };
}
