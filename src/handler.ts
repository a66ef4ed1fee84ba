import { createHash } from 'node:crypto';
import type { Attachment, ChatHandler, Invocation, Person, Suggestion } from './chat.ts';
import type { ActionHandler, Command } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { readOptions } from './command-options.ts';
import { BotError, type ErrorCode } from './errors.ts';
import type { Forget } from './forget.ts';
import type { HashUser } from './identity.ts';
import type { ImageFiles } from './images/image-files.ts';
import type { ActionTask, CommandTask, JobPayload } from './job.ts';
import type { Logger } from './log.ts';
import type { Gate, Wording } from './moderation/gate.ts';
import type { Outbox } from './outbox.ts';
import type { NewJob, Place, Queue } from './queue/queue.ts';
import type { Upload } from './store/store.ts';
import { keepUpload } from './uploads.ts';

interface HandlerParts {
  commands: readonly Command[];
  actions: readonly ActionHandler[];
  queue: Queue<JobPayload>;
  images: ImageFiles;
  outbox: Outbox;
  hashUser: HashUser;
  /** Whether the daily quota does not hold for somebody. */
  isExempt(person: Person): boolean;
  /** Other processes see the same database and pictures, so that they can do the jobs accepted here. */
  sharesData: boolean;
  gate: Pick<Gate, 'checkWords'>;
  /** Throws BotError `invalid_input` for an image model that is not there, as far as that is soon known. */
  checkModel(model: string): Promise<void>;
  suggest(question: Suggestion): Promise<string[]>;
  forgetUploads: Forget['forgetUploads'];
  log: Logger;
}

/** Pictures in one request. */
const maxAttachments = 4;

/** The door to the core: checks what a person asks for, and makes a durable job of it. */
export function createHandler(parts: HandlerParts): ChatHandler {
  const { commands, actions, queue, hashUser, isExempt, sharesData, gate } = parts;

  async function accept(invocation: Invocation) {
    const jobId = jobIdOf(invocation);
    const task = taskOf(invocation);
    if (!task) return { jobId, ahead: 0 };
    const { scope, person, thread, carried, isLocal } = invocation;
    if (task.kind === 'command' && typeof task.values['model'] === 'string')
      await parts.checkModel(task.values['model']);
    const user = hashUser(scope, person.id);
    gate.checkWords(wordingOf(task), { user });
    const owner = { scope, job: jobId, user };
    const payload: JobPayload = {
      thread,
      scope,
      user,
      moderator: person.moderator ?? false,
      carried,
      attachments: await keepAll('attachments' in invocation ? invocation.attachments : [], owner),
      task,
    };
    const lane = laneOf(task);
    const job: NewJob<JobPayload> = {
      id: jobId,
      lane,
      owner: user,
      scope,
      pictures: lane === 'image' ? picturesOf(task) : 0,
      exempt: isExempt(person),
      portable: sharesData && !isLocal,
      payload,
    };
    return { jobId, ...(await submit(job)) };
  }

  async function submit(job: NewJob<JobPayload>): Promise<Place> {
    try {
      return await queue.submit(job);
    } catch (error) {
      if (job.payload.attachments.length > 0 && isRefused(error)) removeUploads(job);
      throw error;
    }
  }

  /** The refusal need not wait for a database that is slow or away. */
  function removeUploads({ id, scope }: NewJob<JobPayload>) {
    parts
      .forgetUploads(scope, { job: id })
      .catch((error: unknown) => parts.log.error({ err: error, job: id }, 'pictures could not be removed'));
  }

  function taskOf(invocation: Invocation): CommandTask | ActionTask | undefined {
    switch (invocation.kind) {
      case 'command':
        return commandTask(invocation.command, invocation.options);
      case 'message':
        return messageTask(invocation.text, invocation.attachments.length > 0);
      case 'action':
        return pressTask(invocation);
      case 'reaction':
        return reactionTask(invocation);
    }
  }

  function commandTask(name: string, options: Readonly<Record<string, unknown>>): CommandTask {
    const command = commands.find((known) => known.name === name);
    if (!command) throw new BotError('invalid_input', `There is no command /${name}. /help lists them.`);
    return { kind: 'command', name, values: readOptions(command.options, options) };
  }

  /** Words alone are a /prompt, with its flags; a picture alone, or with words, is a reverse search. */
  function messageTask(text: string, hasPicture: boolean): CommandTask {
    const isTyped = text.trimStart().startsWith('/');
    if (hasPicture && !isTyped) return commandTask('search', {});
    const { command, options } = parseCommandLine(isTyped ? text : `/prompt ${text}`, commands);
    return commandTask(command, options);
  }

  function pressTask({ action: id, text, message }: Extract<Invocation, { kind: 'action' }>): ActionTask {
    const separator = id.indexOf(':');
    const action = actions.find((known) => known.name === id.slice(0, separator));
    if (!action)
      throw new BotError('invalid_input', 'This control belongs to another version of the bot. Run the command again.');
    return { kind: 'action', name: action.name, target: id.slice(separator + 1), message, text };
  }

  function reactionTask({ emoji, added, message }: Extract<Invocation, { kind: 'reaction' }>): ActionTask | undefined {
    const action = actions.find((known) => known.reaction && plainEmoji(known.emoji) === plainEmoji(emoji));
    if (!action)
      throw new BotError('invalid_input', `${emoji} has no meaning here. These have: ${reactions(actions).join(' ')}`);
    if (!added && action.reaction === 'given') return undefined;
    return { kind: 'action', name: action.name, message, given: added };
  }

  /** The words of a task that say what pictures are wanted. */
  function wordingOf(task: CommandTask | ActionTask): Wording {
    if (task.kind === 'action') return { texts: task.text === undefined ? [] : [task.text] };
    const options = commands.find(({ name }) => name === task.name)?.options ?? {};
    const given = (mark: 'isPrompt' | 'isUnwanted') =>
      Object.entries(task.values).flatMap(([name, value]) => {
        const option = options[name];
        return option?.type === 'text' && option[mark] && typeof value === 'string' ? [value] : [];
      });
    return { texts: given('isPrompt'), avoided: given('isUnwanted').join('\n') };
  }

  function laneOf(task: CommandTask | ActionTask) {
    const known = task.kind === 'command' ? commands : actions;
    return known.find(({ name }) => name === task.name)?.lane ?? 'quick';
  }

  /** As far as the request tells; a run that derives from another tells more once that is read. */
  function picturesOf(task: CommandTask | ActionTask): number {
    if (task.kind === 'action') return 1;
    return commands.find(({ name }) => name === task.name)?.pictures?.(task.values) ?? 1;
  }

  async function keepAll(
    attachments: readonly Attachment[],
    owner: Omit<Upload, 'key'>,
  ): Promise<JobPayload['attachments']> {
    if (attachments.length > maxAttachments) {
      throw new BotError(
        'invalid_input',
        `Up to ${maxAttachments} pictures fit in one request; these are ${attachments.length}.`,
      );
    }
    return Promise.all(
      attachments.map(async (attachment) =>
        'url' in attachment ? { url: attachment.url } : keepUpload(parts, attachment.bytes, owner),
      ),
    );
  }

  return { commands, reactions: reactions(actions), accept, suggest: parts.suggest };
}

const refusals: ReadonlySet<ErrorCode> = new Set(['queue_full', 'too_many_requests', 'quota_exceeded']);

/** An answer that got lost, though, says nothing: the job may have been accepted. */
function isRefused(error: unknown): boolean {
  return error instanceof BotError && refusals.has(error.code);
}

function reactions(actions: readonly ActionHandler[]): string[] {
  return actions.flatMap((action) => (action.reaction ? [action.emoji] : []));
}

/** One platform event is one job, however often it is delivered. */
function jobIdOf({ thread, id }: Invocation): string {
  const hash = createHash('sha256').update(`${thread.adapter}:${id}`).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

/** Without skin tones and variation selectors, which platforms add and drop as they like. */
function plainEmoji(emoji: string): string {
  return emoji.replaceAll(/[\u{1F3FB}-\u{1F3FF}\uFE0E\uFE0F]/gu, '');
}
