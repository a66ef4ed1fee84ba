import type { App } from '@slack/bolt';
import { z } from 'zod';
import { entry } from '../render/modals.ts';
import type { Inbound } from './context.ts';

/** https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
const question = z.object({
  action_id: z.string(),
  value: z.string().nullish(),
  user: z.object({ id: z.string(), name: z.string().nullish() }),
  view: z.object({ private_metadata: z.string() }),
});

const memory = z.object({ command: z.string() });

/** Characters of an option's value: https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
const longestValue = 150;

/** Completions in a command's modal; what was typed is always among them, as it need not be known. */
export function listenForSuggestions(app: App, inbound: Inbound): void {
  app.options(/.*/, async ({ body, ack }) => {
    const { action_id: option, value, user, view } = question.parse(body);
    const typed = value ?? '';
    const { command } = memory.parse(JSON.parse(view.private_metadata));
    const person = { id: user.id, name: user.name ?? user.id };
    const known = await inbound.handler.suggest({ command, option, typed, scope: inbound.scope, person });
    const choices = [...new Set([typed.trim(), ...known])].filter((text) => text !== '' && text.length <= longestValue);
    await ack({ options: choices.map(entry) });
  });
}
