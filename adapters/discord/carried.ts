import { createSeal } from '../../src/seal.ts';
import type { PlaceRecord } from './records.ts';

type Sealed = Pick<PlaceRecord, 'webhook' | 'opener' | 'title'>;

/** A place as a job takes it along, so that another process can answer there. */
export interface Carried extends Omit<PlaceRecord, keyof Sealed> {
  sealed: string;
}

export interface Carrying {
  carry(place: PlaceRecord): Carried;
  restore(carried: Carried): PlaceRecord;
}

/**
 * What stays readable where jobs are kept are ids, and what the bot may do. The rest is sealed with the bot's token, which all
 * processes have and their queue has not: with an interaction's webhook anybody could speak as the bot for 15 minutes, and
 * private answers need it until the job has ended; the first message and the thread's name are people's words, and are needed by
 * whoever opens the thread. All of it goes with the job. With another token the answer does without them.
 */
export function createCarrying(botToken: string): Carrying {
  const seal = createSeal(botToken, 'discord places');
  return {
    carry({ webhook, opener, title, ...place }) {
      return { ...place, sealed: seal.close({ webhook, opener, title }) };
    },
    restore({ sealed, ...place }) {
      // It was made by `carry`, of this process or another.
      return { ...place, ...(seal.open(sealed) as Sealed | undefined), isAdopted: true };
    },
  };
}
