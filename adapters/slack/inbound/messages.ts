import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Attachment, Invocation } from '../../../src/chat.ts';
import { parseCommandLine } from '../../../src/command-line.ts';
import { isDirect, type Place, threadRef } from '../place.ts';
import { unescapeText } from '../render/text.ts';
import { answerEvent, type Inbound, invocationBase, slackCommands, takeBroadcast } from './context.ts';
import { picturesOf, sharedFile } from './files.ts';

/** What `message` and `app_mention` events have in common: https://docs.slack.dev/reference/events/message */
const messageEvent = z.object({
  channel: z.string(),
  channel_type: z.string().nullish(),
  ts: z.string(),
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  subtype: z.string().nullish(),
  text: z.string().nullish(),
  thread_ts: z.string().nullish(),
  parent_user_id: z.string().nullish(),
  files: z.array(sharedFile).nullish(),
});

type MessageEvent = z.infer<typeof messageEvent>;

/** Edits, joins and the like are messages too, but nobody's words. */
const spoken = new Set(['', 'file_share', 'thread_broadcast']);

/** Mentions, direct messages, and pictures in threads of ours. A mention comes as two events; its ts makes it one. */
export function listenForMessages(app: App, inbound: Inbound): void {
  app.event('app_mention', async ({ event }) => {
    const message = messageEvent.safeParse(event).data;
    if (message) await hear(inbound, message);
  });
  app.event('message', async ({ event }) => {
    const message = messageEvent.safeParse(event).data;
    if (message && (await isForUs(inbound, message))) await hear(inbound, message);
  });
}

async function isForUs({ botUser, ledger, api }: Inbound, message: MessageEvent): Promise<boolean> {
  const { channel, subtype, bot_id, text, thread_ts: thread, parent_user_id: parent, files } = message;
  if (!spoken.has(subtype ?? '') || bot_id) return false;
  if (message.channel_type === 'im' || isDirect(channel) || mentionOf(botUser).test(text ?? '')) return true;
  const isOurThread = parent === botUser || Boolean(thread && ledger.hasThread(channel, thread));
  return isOurThread && (await picturesOf(files ?? [], api)).length > 0;
}

async function hear(inbound: Inbound, message: MessageEvent): Promise<void> {
  const { channel, ts, user, bot_id, files } = message;
  if (!user || bot_id) return;
  const thread = message.thread_ts ?? ts;
  const place: Place = { channel, thread, user };
  const base = invocationBase(inbound, `message/${channel}/${ts}`, { id: user, name: user }, place);
  const text = unescapeText((message.text ?? '').replace(mentionOf(inbound.botUser), '')).trim();
  await answerEvent(inbound, base.id, place, async () => {
    const invocation = read(inbound, base, text, await picturesOf(files ?? [], inbound.api), place);
    await Promise.all([inbound.ledger.saveThread(channel, thread), inbound.handler.accept(invocation)]);
  });
}

/** Our mention, with or without the name that clients may add: https://docs.slack.dev/messaging/formatting-message-text#mentioning-users */
function mentionOf(botUser: string): RegExp {
  return new RegExp(`<@${botUser}(\\|[^>]*)?>`, 'g');
}

/** `prompt a cat --count 2` is a command, as slash commands do not work in threads; other words are for the core to understand. */
function read(
  inbound: Inbound,
  base: ReturnType<typeof invocationBase>,
  text: string,
  attachments: readonly Attachment[],
  place: Place,
): Invocation {
  const [word = ''] = text.replace(/^\//, '').toLowerCase().split(/\s/, 1);
  const isCommand = inbound.handler.commands.some(({ name }) => name === word);
  const line = isCommand
    ? `/${text.replace(/^\//, '')}`
    : text === '' && attachments.length === 0
      ? '/help'
      : undefined;
  if (line === undefined) return { ...base, kind: 'message', text, attachments };
  const { command, options: given } = parseCommandLine(line, slackCommands(inbound));
  const { broadcast, options } = takeBroadcast(given);
  const personal = inbound.handler.commands.find(({ name }) => name === command)?.personal;
  return {
    ...base,
    thread: threadRef({ ...place, broadcast, personal }),
    kind: 'command',
    command,
    options,
    attachments,
  };
}
