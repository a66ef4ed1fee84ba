import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Place } from '../place.ts';
import { unescapeText } from '../render/text.ts';
import { openCommandModal } from './commands.ts';
import {
  answerInteraction,
  type Inbound,
  interactionId,
  invocationBase,
  slackCommands,
  tellRefusal,
} from './context.ts';
import { picturesOf, sharedFile } from './files.ts';

/** https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload#message_shortcuts */
const messageShortcut = z.object({
  trigger_id: z.string().nullish(),
  user: z.object({ id: z.string(), name: z.string().nullish() }),
  channel: z.object({ id: z.string() }),
  message: z.object({
    ts: z.string(),
    thread_ts: z.string().nullish(),
    text: z.string().nullish(),
    files: z.array(sharedFile).nullish(),
  }),
  response_url: z.string().nullish(),
});

/** "Find the prompt" and "Use as prompt", in the menu of every message. */
export function listenForShortcuts(app: App, inbound: Inbound): void {
  app.shortcut('find_prompt', async ({ body, ack }) => {
    await findPrompt(inbound, messageShortcut.parse(body));
    await ack();
  });

  app.shortcut('use_as_prompt', async ({ body, ack }) => {
    const { trigger_id: trigger, channel, message, user, response_url } = messageShortcut.parse(body);
    const command = slackCommands(inbound).find(({ name }) => name === 'prompt');
    const thread = message.thread_ts ?? message.ts;
    const id = interactionId('use', trigger, channel.id, message.ts);
    const memory = { channel: channel.id, thread, responseUrl: response_url ?? undefined };
    const values = { text: unescapeText(message.text ?? '').trim() };
    const isOpen = command && (await openCommandModal(inbound, { command, values, memory, trigger }));
    if (!isOpen) {
      const text =
        'The form could not be opened in time. Try again, or mention me in the thread: @promptory prompt a cat';
      await tellRefusal(inbound, text, id, { channel: channel.id, thread, user: user.id });
    }
    await ack();
  });
}

async function findPrompt(inbound: Inbound, { trigger_id, user, channel, message }: z.infer<typeof messageShortcut>) {
  const place: Place = { channel: channel.id, thread: message.thread_ts ?? message.ts, user: user.id };
  const attachments = await picturesOf(message.files ?? [], inbound.api);
  const id = interactionId('shortcut', trigger_id, channel.id, message.ts);
  if (attachments.length === 0) {
    const text = 'There is no picture in this message. Choose one with a picture (PNG, JPEG, WebP or GIF) in it.';
    return tellRefusal(inbound, text, id, place);
  }
  const base = invocationBase(inbound, id, { id: user.id, name: user.name ?? user.id }, place);
  return answerInteraction(inbound, { ...base, kind: 'message', text: '', attachments }, place);
}
