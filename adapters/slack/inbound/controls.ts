import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Action, Person } from '../../../src/chat.ts';
import { messageRef, type Place } from '../place.ts';
import { pressedAction } from '../render/actions.ts';
import { formField, formModal, renderFormModal } from '../render/modals.ts';
import { shortHash } from '../short-hash.ts';
import {
  acceptOrExplain,
  answerInteraction,
  type Inbound,
  interactionId,
  invocationBase,
  openModal,
  tellRefusal,
} from './context.ts';
import { readModal } from './modal-values.ts';

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const press = z.object({
  trigger_id: z.string().nullish(),
  user: z.object({ id: z.string(), name: z.string().nullish() }),
  channel: z.object({ id: z.string() }).nullish(),
  container: z
    .object({
      channel_id: z.string().nullish(),
      message_ts: z.string().nullish(),
      thread_ts: z.string().nullish(),
      is_ephemeral: z.boolean().nullish(),
    })
    .nullish(),
  message: z.object({ ts: z.string().nullish(), thread_ts: z.string().nullish() }).nullish(),
  response_url: z.string().nullish(),
});

const action = z.object({
  action_id: z.string(),
  action_ts: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
});

/** What a form remembers until it is sent. */
const formMemory = z.object({
  action: z.string(),
  channel: z.string(),
  message: z.string(),
  thread: z.string().optional(),
  opening: z.string().optional(),
});

/** A press on a message, in what of it matters. */
interface Press {
  /** Of the event. */
  id: string;
  trigger: string | undefined;
  action: string;
  user: { id: string; name: string | undefined };
  channel: string;
  ts: string;
  thread: string | undefined;
  isEphemeral: boolean;
  responseUrl: string | undefined;
}

/** Buttons, menus and the forms that some of them open. */
export function listenForControls(app: App, inbound: Inbound): void {
  app.action(/.*/, async ({ body, action: pressed, ack }) => {
    const given = pressOf(body, pressed);
    if (given) await pressIn(inbound, given);
    await ack();
  });

  app.view(formModal, async ({ view, body, ack }) => {
    const memory = formMemory.parse(JSON.parse(view.private_metadata));
    const person = await inbound.members.person(body.user.id, body.user.name);
    const place: Place = { channel: memory.channel, thread: memory.thread, opening: memory.opening, user: person.id };
    const { options } = readModal(view.state.values);
    const refusal = await acceptOrExplain(inbound, {
      ...invocationBase(inbound, interactionId('form', view.id), person, place),
      kind: 'action',
      action: memory.action,
      text: options[formField] ?? '',
      message: mainMessage(inbound, memory.channel, memory.message),
    });
    if (refusal) await ack({ response_action: 'errors', errors: { [formField]: refusal.message } });
    else await ack();
  });
}

/** Presses elsewhere than on messages mean nothing by themselves: the modal they are in is sent as a whole. */
function pressOf(body: unknown, pressed: unknown): Press | undefined {
  const given = press.safeParse(body).data;
  const channel = given?.channel?.id ?? given?.container?.channel_id;
  const ts = given?.container?.message_ts ?? given?.message?.ts;
  if (!given || !channel || !ts) return undefined;
  const { trigger_id: trigger, user, container, message, response_url: responseUrl } = given;
  const { action_id, action_ts, selected_option } = action.parse(pressed);
  const id = pressedAction({ action_id, selected_option: selected_option ?? undefined });
  return {
    id: interactionId('press', trigger, ts, id, action_ts),
    trigger: trigger ?? undefined,
    action: id,
    user: { id: user.id, name: user.name ?? undefined },
    channel,
    ts,
    thread: container?.thread_ts ?? message?.thread_ts ?? undefined,
    isEphemeral: container?.is_ephemeral ?? false,
    responseUrl: responseUrl ?? undefined,
  };
}

async function pressIn(inbound: Inbound, pressed: Press) {
  const { channel, ts, user } = pressed;
  const place = await placeOf(inbound, pressed);
  const form = inbound.ledger.form(pressed.action);
  if (form) return openForm(inbound, form, pressed, place);
  const person: Person = await inbound.members.person(user.id, user.name);
  const base = invocationBase(inbound, pressed.id, person, place);
  const message = mainMessage(inbound, channel, ts);
  await answerInteraction(inbound, { ...base, kind: 'action', action: pressed.action, message }, place);
}

/** Nothing can be answered to a message that only one person sees: the answer opens a thread. */
async function placeOf({ ledger }: Inbound, pressed: Press): Promise<Place> {
  const { channel, ts, user, responseUrl } = pressed;
  const thread = pressed.thread ?? ledger.message(channel, ts)?.thread;
  if (thread || !pressed.isEphemeral) return { channel, thread: thread ?? ts, user: user.id };
  const opening = shortHash(pressed.id);
  await ledger.beginOpening(opening, { title: '', responseUrl });
  return { channel, opening, user: user.id };
}

async function openForm(inbound: Inbound, form: NonNullable<Action['form']>, pressed: Press, place: Place) {
  const { action, channel, ts: message } = pressed;
  const memory: z.infer<typeof formMemory> = { action, channel, message, thread: place.thread, opening: place.opening };
  if (await openModal(inbound, pressed.trigger, renderFormModal(form, JSON.stringify(memory)))) return;
  await tellRefusal(inbound, 'The form could not be opened in time. Press the button again.', pressed.id, place);
}

/** A card of several messages is one post: what happens on any of them happens on the one with the controls. */
export function mainMessage({ ledger }: Inbound, channel: string, ts: string) {
  return messageRef(channel, ledger.message(channel, ts)?.main ?? ts);
}
