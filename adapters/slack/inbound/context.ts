import { randomUUID } from 'node:crypto';
import type { types } from '@slack/bolt';
import type { Card, ChatHandler, CommandInfo, Invocation, Person } from '../../../src/chat.ts';
import { BotError } from '../../../src/errors.ts';
import { explainFailure } from '../../../src/failure.ts';
import type { Logger } from '../../../src/log.ts';
import type { Seal } from '../../../src/seal.ts';
import type { SlackApi } from '../api.ts';
import { carry } from '../carried.ts';
import type { Ledger } from '../ledger.ts';
import type { Members } from '../members.ts';
import { type Place, threadRef } from '../place.ts';
import { shortHash } from '../short-hash.ts';

/** What the parts that turn Slack's events into invocations share. */
export interface Inbound {
  readonly handler: ChatHandler;
  readonly api: SlackApi;
  readonly ledger: Ledger;
  readonly members: Members;
  readonly scope: string;
  readonly botUser: string;
  /** For what jobs take along. */
  readonly seal: Seal;
  readonly log: Logger;
  /** Says something to the person of a place, once per key. */
  tell(card: Card, options: { key: string; place: Place }): Promise<unknown>;
}

/** What every invocation of this adapter has in common. */
export function invocationBase({ scope, ledger, seal }: Inbound, id: string, person: Person, place: Place) {
  return { id, scope, person, thread: threadRef(place), carried: carry(ledger, place, seal) };
}

/** Names an interaction alike however often it is delivered; one without a trigger can't be told from others, so each counts. */
export function interactionId(
  kind: string,
  trigger: string | null | undefined,
  ...details: readonly unknown[]
): string {
  return `${kind}/${trigger ? shortHash(JSON.stringify([trigger, ...details])) : randomUUID()}`;
}

/** A trigger opens one modal within three seconds. False where it came too late, or the server has no modals. */
export async function openModal(
  { api, log }: Inbound,
  trigger: string | null | undefined,
  view: types.ModalView,
): Promise<boolean> {
  if (!trigger) return false;
  try {
    await api.once((client) => client.views.open({ trigger_id: trigger, view }));
    return true;
  } catch (error) {
    log.warn({ err: error }, 'a form could not be opened');
    return false;
  }
}

/** Accepts durably; what can't be accepted comes back in words for the person. */
export async function acceptOrExplain(
  { handler, log }: Inbound,
  invocation: Invocation,
): Promise<BotError | undefined> {
  try {
    await handler.accept(invocation);
    return undefined;
  } catch (error) {
    return explainFailure(error, log);
  }
}

/** Does what an interaction asks for, which Slack sends only once: whatever fails is told to the person. */
export async function answerInteraction(inbound: Inbound, invocation: Invocation, place: Place): Promise<void> {
  const refusal = await acceptOrExplain(inbound, invocation);
  if (refusal) await tellRefusal(inbound, refusal.message, invocation.id, place);
}

/**
 * Does what an event asks for. A refusal is told to the person once, however often the event is sent again;
 * any other failure leaves the event unacknowledged, so that Slack sends it again.
 */
export async function answerEvent(
  inbound: Inbound,
  id: string,
  place: Place,
  run: () => Promise<unknown>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    await tellRefusal(inbound, error.message, id, place);
  }
}

/** What keeps even this from the person is for the log alone: sending the event again would not help. */
export async function tellRefusal({ tell, log }: Inbound, text: string, id: string, place: Place): Promise<void> {
  try {
    await tell({ text, tone: 'error', actions: [] }, { key: `refused/${id}`, place });
  } catch (error) {
    log.warn({ err: error }, 'a refusal could not be told');
  }
}

/** The flag that Slack's commands have besides their own: answers also go to the channel. */
const broadcastOption = {
  broadcast: { type: 'flag', description: 'Also show the finished pictures in the channel' },
} as const;

/** The commands as Slack offers them. */
export function slackCommands({ handler }: Inbound): CommandInfo[] {
  return handler.commands.map((command) => ({ ...command, options: { ...command.options, ...broadcastOption } }));
}

/** Parts Slack's own flag from the options of the command. */
export function takeBroadcast(options: Readonly<Record<string, unknown>>) {
  const { broadcast, ...others } = options;
  return { broadcast: broadcast === true || broadcast === 'true', options: others };
}
