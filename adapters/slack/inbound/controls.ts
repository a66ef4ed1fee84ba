import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Person } from '../../../src/chat.ts';
import { messageRef, type Place } from '../place.ts';
import { pressedAction } from '../render/actions.ts';
import { formField, formModal, renderFormModal } from '../render/modals.ts';
import { acceptOrExplain, answerInteraction, type Inbound, invocationBase, shortHash } from './context.ts';
import { readModal } from './modal-values.ts';

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const press = z.object({
  trigger_id: z.string(),
  user: z.object({ id: z.string(), name: z.string().optional() }),
  channel: z.object({ id: z.string() }),
  container: z.object({
    message_ts: z.string(),
    thread_ts: z.string().optional(),
    is_ephemeral: z.boolean().optional(),
  }),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
});

const action = z.object({ action_id: z.string(), selected_option: z.object({ value: z.string() }).optional() });

/** What a form remembers until it is sent. */
const formMemory = z.object({
  action: z.string(),
  channel: z.string(),
  message: z.string(),
  thread: z.string().optional(),
  opening: z.string().optional(),
});

/** Buttons, menus and the forms that some of them open. */
export function listenForControls(app: App, inbound: Inbound): void {
  app.action(/.*/, async ({ body, action: pressed, ack }) => {
    const inMessage = press.safeParse(body).data;
    if (inMessage) await pressIn(inbound, inMessage, pressedAction(action.parse(pressed)));
    await ack();
  });

  app.view(formModal, async ({ view, body, ack }) => {
    const memory = formMemory.parse(JSON.parse(view.private_metadata));
    const person = await inbound.members.person(body.user.id, body.user.name);
    const place: Place = { channel: memory.channel, thread: memory.thread, opening: memory.opening, user: person.id };
    const { options } = readModal(view.state.values);
    const refusal = await acceptOrExplain(inbound, {
      ...invocationBase(inbound, `form/${view.id}`, person, place),
      kind: 'action',
      action: memory.action,
      text: options[formField] ?? '',
      message: mainMessage(inbound, memory.channel, memory.message),
    });
    if (refusal) await ack({ response_action: 'errors', errors: { [formField]: refusal.message } });
    else await ack();
  });
}

async function pressIn(
  inbound: Inbound,
  { trigger_id: trigger, user, channel, container, message, response_url }: z.infer<typeof press>,
  id: string,
) {
  const ts = container.message_ts;
  const known = container.thread_ts ?? message?.thread_ts ?? inbound.ledger.message(channel.id, ts)?.thread;
  // Nothing can be answered to a message that only one person sees: the answer opens a thread.
  const opening = known === undefined && container.is_ephemeral ? shortHash(trigger) : undefined;
  if (opening) await inbound.ledger.saveOpening(opening, { title: '', responseUrl: response_url });
  const place: Place = { channel: channel.id, thread: known ?? (opening ? undefined : ts), opening, user: user.id };
  const form = inbound.ledger.form(id);
  if (form) {
    const { thread } = place;
    const memory = JSON.stringify({ action: id, channel: channel.id, message: ts, thread, opening } satisfies z.infer<
      typeof formMemory
    >);
    await inbound.api.once((client) => client.views.open({ trigger_id: trigger, view: renderFormModal(form, memory) }));
    return;
  }
  const person: Person = await inbound.members.person(user.id, user.name);
  const base = invocationBase(inbound, `press/${trigger}`, person, place);
  await answerInteraction(
    inbound,
    { ...base, kind: 'action', action: id, message: mainMessage(inbound, channel.id, ts) },
    place,
  );
}

/** A card of several messages is one post: what happens on any of them happens on the one with the controls. */
export function mainMessage({ ledger }: Inbound, channel: string, ts: string) {
  return messageRef(channel, ledger.message(channel, ts)?.main ?? ts);
}
