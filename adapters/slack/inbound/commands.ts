import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Attachment, CommandInfo } from '../../../src/chat.ts';
import { parseCommandLine } from '../../../src/command-line.ts';
import type { BotError } from '../../../src/errors.ts';
import { explainFailure } from '../../../src/failure.ts';
import type { Place } from '../place.ts';
import { commandModal, renderCommandModal } from '../render/modals.ts';
import { escapeText, unescapeText } from '../render/text.ts';
import { shortHash } from '../short-hash.ts';
import {
  acceptOrExplain,
  type Inbound,
  interactionId,
  invocationBase,
  openModal,
  slackCommands,
  takeBroadcast,
} from './context.ts';
import { picturesOf } from './files.ts';
import { readModal } from './modal-values.ts';

/** The command that has all others as subcommands, for workspaces where their names are taken. */
const umbrella = 'promptory';

/** What a command's modal remembers until it is sent. */
const modalMemory = z.object({
  command: z.string(),
  channel: z.string(),
  /** Absent: the command opens a thread of its own. */
  thread: z.string().optional(),
  responseUrl: z.string().optional(),
});

type ModalMemory = z.infer<typeof modalMemory>;

interface Asked {
  id: string;
  command: string;
  options: Readonly<Record<string, unknown>>;
  attachments: readonly Attachment[];
  /** The thread's first words. */
  title: string;
  user: { id: string; name: string };
  memory: Omit<ModalMemory, 'command'>;
}

/** Slash commands, and the modal that stands for one without words. */
export function listenForCommands(app: App, inbound: Inbound): void {
  app.command(/.*/, async ({ command: slash, ack }) => {
    const line = lineOf(slash.command.slice(1), unescapeText(slash.text ?? ''), slackCommands(inbound));
    const { channel_id: channel, response_url: responseUrl, trigger_id: trigger, user_id, user_name } = slash;
    const memory = { channel, responseUrl };
    const refusal = await explained(inbound, async () => {
      const blank = commandWithoutWords(line, slackCommands(inbound));
      if (blank && (await openCommandModal(inbound, { command: blank, values: {}, memory, trigger }))) return undefined;
      const { command, options } = parseCommandLine(line, slackCommands(inbound));
      const user = { id: user_id, name: user_name ?? user_id };
      return accept(inbound, {
        id: interactionId('command', trigger, user_id, channel, line),
        command,
        options,
        attachments: [],
        title: line,
        user,
        memory,
      });
    });
    if (refusal) await ack({ response_type: 'ephemeral', text: escapeText(refusal.message) });
    else await ack();
  });

  app.view(commandModal, async ({ view, body, ack }) => {
    const { command: name, ...memory } = modalMemory.parse(JSON.parse(view.private_metadata));
    const command = slackCommands(inbound).find((known) => known.name === name);
    const { options, files } = readModal(view.state.values);
    const refusal = await explained(inbound, async () => {
      const attachments = await picturesOf(files, inbound.api);
      const user = { id: body.user.id, name: body.user.name ?? body.user.id };
      return accept(inbound, {
        id: interactionId('modal', view.id),
        command: name,
        options,
        attachments,
        title: titleOf(name, options),
        user,
        memory,
      });
    });
    const [field = ''] = Object.keys(command?.options ?? {});
    if (refusal) await ack({ response_action: 'errors', errors: { [field]: refusal.message } });
    else await ack();
  });
}

/** Shows all options of a command. False where it could not be shown. */
export async function openCommandModal(
  inbound: Inbound,
  asked: {
    command: CommandInfo;
    values: Readonly<Record<string, unknown>>;
    memory: Omit<ModalMemory, 'command'>;
    trigger: string | null | undefined;
  },
): Promise<boolean> {
  const memory: ModalMemory = { ...asked.memory, command: asked.command.name };
  return openModal(inbound, asked.trigger, renderCommandModal(asked.command, asked.values, JSON.stringify(memory)));
}

async function accept(inbound: Inbound, asked: Asked): Promise<BotError | undefined> {
  const { channel, thread, responseUrl } = asked.memory;
  const { broadcast, options } = takeBroadcast(asked.options);
  const opening = thread ? undefined : shortHash(asked.id);
  // Written before the job, so that it is on disk with it.
  const personal = inbound.handler.commands.find(({ name }) => name === asked.command)?.personal;
  const title = personal ? '' : asked.title;
  const opened = opening && inbound.ledger.beginOpening(opening, { title, responseUrl });
  const place: Place = { channel, thread, opening, user: asked.user.id, broadcast, personal };
  const base = invocationBase(inbound, asked.id, asked.user, place);
  const invocation = {
    ...base,
    kind: 'command',
    command: asked.command,
    options,
    attachments: asked.attachments,
  } as const;
  const [refusal] = await Promise.all([acceptOrExplain(inbound, invocation), opened]);
  if (refusal && opening) await inbound.ledger.dropOpening(opening);
  return refusal;
}

async function explained(inbound: Inbound, run: () => Promise<BotError | undefined>): Promise<BotError | undefined> {
  try {
    return await run();
  } catch (error) {
    return explainFailure(error, inbound.log);
  }
}

/** The line to parse: `/promptory search a cat` is `/search a cat`, `/promptory` alone asks for help. */
function lineOf(name: string, text: string, commands: readonly CommandInfo[]): string {
  if (name !== umbrella || commands.some((command) => command.name === umbrella)) return `/${name} ${text}`.trim();
  return `/${text.trim().replace(/^\//, '') || 'help'}`;
}

/** A command that wants words and was given nothing at all. */
function commandWithoutWords(line: string, commands: readonly CommandInfo[]): CommandInfo | undefined {
  const command = commands.find(({ name }) => line === `/${name}`);
  const wantsWords = Object.values(command?.options ?? {}).some(({ type }) => type === 'text');
  return wantsWords ? command : undefined;
}

function titleOf(command: string, options: Readonly<Record<string, unknown>>): string {
  const flags = Object.entries(options).flatMap(([name, value]) =>
    name === 'text' ? [] : [`--${name} ${String(value)}`],
  );
  return [`/${command}`, options['text'], ...flags].filter(Boolean).join(' ');
}
