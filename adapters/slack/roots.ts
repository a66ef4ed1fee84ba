import type { SlackApi } from './api.ts';
import { joiningIfNeeded } from './channels.ts';
import { isRefused } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { Place } from './place.ts';
import type { Poster } from './poster.ts';
import { renderOpening, renderTakenBack } from './render/opening.ts';

/** The messages that threads begin with, for commands that came without a message of their own. */
export interface Roots {
  /** The ts that answers go under: the thread's, or that of the message that opens it, posted on first use. */
  open(place: Place): Promise<string | undefined>;
  /** The same, if it is there already. */
  known(place: Place): string | undefined;
  /** A card answers what was asked. */
  answered(opening: string, message: string): Promise<void>;
  /** An answer was deleted. With the last of them the words that were asked go too. */
  unanswered(opening: string, channel: string, message: string): Promise<void>;
}

export function createRoots(api: SlackApi, ledger: Ledger, poster: Poster): Roots {
  async function open({ channel, thread, opening, user, maybeSince }: Place) {
    if (thread || !opening) return thread;
    const asked = ledger.opening(opening);
    const message = renderOpening(asked?.title ?? '', user);
    const posting = { key: keyOf(opening), channel, message, maybeSince };
    const ts = await joiningIfNeeded(api, channel, () => poster.post(posting));
    if (asked?.title) await ledger.saveOpening(opening, { ...asked, title: '' });
    return ts;
  }

  async function answered(opening: string, message: string) {
    const asked = ledger.opening(opening);
    if (!asked) return;
    const answers = new Set(asked.answers).add(message);
    await ledger.saveOpening(opening, { ...asked, answers: [...answers] });
  }

  async function unanswered(opening: string, channel: string, message: string) {
    const asked = ledger.opening(opening);
    if (!asked) return;
    const answers = (asked.answers ?? []).filter((ts) => ts !== message);
    if (answers.length > 0) return ledger.saveOpening(opening, { ...asked, answers });
    await ledger.dropOpening(opening);
    const root = ledger.post(keyOf(opening))?.ts;
    if (root) await takeBack(channel, root);
  }

  /** A thread that others go on with keeps its root, but not the words in it. */
  async function takeBack(channel: string, ts: string) {
    const isAlone = !(await hasReplies(channel, ts));
    try {
      if (isAlone) await api.repeat((client) => client.chat.delete({ channel, ts }));
      else await api.repeat((client) => client.chat.update({ channel, ts, ...renderTakenBack() }));
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }

  async function hasReplies(channel: string, ts: string): Promise<boolean> {
    try {
      const { messages = [] } = await api.repeat((client) => client.conversations.replies({ channel, ts, limit: 2 }));
      return messages.some((message) => message.ts !== ts);
    } catch (error) {
      if (!isRefused(error)) throw error;
      return true;
    }
  }

  return {
    open,
    known: ({ thread, opening }) => thread ?? (opening && ledger.post(keyOf(opening))?.ts),
    answered,
    unanswered,
  };
}

/** The key of the message that opens a thread. */
function keyOf(opening: string): string {
  return `opening/${opening}`;
}
