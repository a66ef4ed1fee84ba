import type { Card, MessageRef, Thread, ThreadRef } from '../../src/chat.ts';
import type { SlackApi } from './api.ts';
import type { Cards } from './cards.ts';
import { joiningIfNeeded } from './channels.ts';
import { toBotError } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { PersonalAnswers } from './personal.ts';
import { isDirect, messageRef, type Place, placeOf } from './place.ts';
import type { Poster } from './poster.ts';
import type { ProgressBoard, ProgressPlace } from './progress.ts';
import type { Roots } from './roots.ts';

export interface ThreadParts {
  api: SlackApi;
  ledger: Ledger;
  poster: Poster;
  roots: Roots;
  cards: Cards;
  personal: PersonalAnswers;
  /** Ids of the channels where the operator lets adult content be shown. */
  adultChannels: ReadonlySet<string>;
  progress: ProgressBoard;
  /** Cards being posted: asking for one twice at a time is one post. */
  once(key: string, run: () => Promise<MessageRef>): Promise<MessageRef>;
}

/** A conversation, rebuilt from its ref at any time; `place` says more where a job came from another process. */
export function createThread(ref: ThreadRef, parts: ThreadParts, place: Place = placeOf(ref)): Thread {
  const { api, ledger, poster, roots, cards, personal, progress, adultChannels, once } = parts;
  const { channel, maybeSince } = place;

  const progressPlace: ProgressPlace = {
    async post(key, message) {
      const posting = { key, channel, thread: await roots.open(place), message, maybeSince };
      return { channel, ts: await joiningIfNeeded(api, channel, () => poster.post(posting)) };
    },
    async find(key) {
      const ts = await poster.find({ key, channel, thread: roots.known(place), maybeSince });
      return ts === undefined ? undefined : { channel, ts };
    },
  };

  async function post(card: Card, key: string): Promise<MessageRef> {
    await ledger.saveForms(card.actions);
    try {
      if (!isPersonal(card, place)) return messageRef(channel, await cards.post(card, { key, place }));
      return await personal.send(card, { key, place: { ...place, thread: roots.known(place) } });
    } catch (error) {
      throw toBotError(error);
    }
  }

  return {
    ref,
    post: (card, { key }) => once(key, () => post(card, key)),
    async remove({ thread, message }) {
      try {
        await cards.remove(placeOf({ thread }).channel, message);
      } catch (error) {
        throw toBotError(error);
      }
    },
    adultRemedy:
      'This channel is not for adults: ask in one that the operator opened for it (SLACK_NSFW_CHANNELS), or change the prompt.',
    isForAdults: async () => adultChannels.has(channel),
    async progress(update) {
      if (!place.personal) await progress.report(update, progressPlace);
    },
  };
}

/** Errors and personal cards are for the asker alone; a direct conversation is that anyway, and keeps them. */
function isPersonal({ personal, tone }: Card, place: Place): boolean {
  return (
    Boolean(personal || place.personal || tone === 'error') && place.user !== undefined && !isDirect(place.channel)
  );
}
