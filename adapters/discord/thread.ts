import type { Card, MessageRef, ProgressUpdate, Thread, ThreadRef } from '../../src/chat.ts';
import type { State } from '../../src/state.ts';
import { isAgeRestricted } from './age.ts';
import { createDelivery } from './delivery.ts';
import { isClosed, isInteractionOver, translate } from './failures.ts';
import { createFitting, type FittingParts } from './fitting.ts';
import { hasWebhook, type Places } from './places.ts';
import type { Posts } from './posts.ts';
import type { Progress } from './progress.ts';
import type { PlaceRecord, Tables } from './records.ts';
import { createWhisper } from './whisper.ts';

export interface ThreadParts extends FittingParts {
  adapter: string;
  state: State;
  tables: Tables;
  places: Places;
  posts: Posts;
  progress: Progress;
}

/** A live conversation: a channel, or the place where something was asked. */
export function createThread(ref: ThreadRef, parts: ThreadParts): Thread {
  const { adapter, state, tables, api, places, posts, progress } = parts;
  const { thread } = ref;
  const fitting = createFitting(parts);
  const say = createDelivery(thread, { ...parts, fitting });
  const whisper = createWhisper(thread, { ...parts, fitting });

  async function post(card: Card, key: string): Promise<MessageRef> {
    const place = places.find(thread);
    const { channel, message } =
      posts.find(key) ?? (await (isPersonal(card, place) ? whisper(card, key) : say(card, key)));
    await remember(card, channel, message);
    return { adapter, thread: channel, message };
  }

  function isPersonal(card: Card, place: PlaceRecord | undefined): boolean {
    return place?.personal === true || (card.personal === true && place !== undefined && place.kind !== 'message');
  }

  /** Forms must be at hand when a button is pressed, and neighbours are known by their number in what follows. */
  async function remember({ actions, neighbours }: Card, channel: string, message: string): Promise<void> {
    const at = Date.now();
    const forms = actions.flatMap(({ id, form }) => (form ? [{ id, form }] : []));
    const sent = tables.sent.get(message);
    // What was removed since is not remembered again.
    if (!sent || (forms.length === 0 && !neighbours?.length)) return;
    await state.durably(() => {
      for (const { id, form } of forms) tables.forms.put(id, { ...form, at });
      if (forms.length > 0) tables.sent.put(message, { ...sent, forms: forms.map(({ id }) => id) });
      if (neighbours?.length) tables.shown.put(channel, { neighbours: neighbours.map(({ id }) => id), at });
    });
  }

  async function remove({ thread: channel, message }: MessageRef): Promise<void> {
    const sent = tables.sent.get(message);
    const place = places.find(sent?.place ?? '');
    if (!place) await removeOrdinary(channel, message);
    // Only its webhook reaches a private answer; after 15 minutes nobody does.
    else if (hasWebhook(place)) await api.deleteWebhookMessage(place.webhook, message).catch(ignoreOver);
    await forget(message);
  }

  /** In an archived thread the bot may delete only once it is open again, at least where it is locked too. */
  async function removeOrdinary(channel: string, message: string): Promise<void> {
    try {
      await posts.remove({ channel, message });
    } catch (error) {
      if (!isClosed(error)) throw error;
      await api.unarchive(channel);
      await posts.remove({ channel, message });
    }
  }

  /** People's words go with what they were shown in. */
  async function forget(message: string): Promise<void> {
    const { forms = [], parts: all = [message] } = tables.sent.get(message) ?? {};
    await state.durably(() => {
      for (const form of forms) tables.forms.remove(form);
      for (const part of all) tables.sent.remove(part);
    });
  }

  return {
    ref,
    post: (card, { key }) => refused(() => post(card, `${thread}/${key}`)),
    remove: (message) => refused(() => remove(message)),
    progress: (update: ProgressUpdate) => progress.show(thread, update),
    adultRemedy: 'This place is not for adults: ask in an age-restricted channel, or change the prompt.',
    isForAdults: () => isAgeRestricted(api, places.find(thread)?.channel ?? thread),
  };

  async function refused<Value>(request: () => Promise<Value>): Promise<Value> {
    try {
      return await request();
    } catch (error) {
      throw translate(error, places.find(thread)?.permissions);
    }
  }
}

function ignoreOver(error: unknown): void {
  if (!isInteractionOver(error)) throw error;
}
