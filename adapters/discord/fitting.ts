import type { Card } from '../../src/chat.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import { isAgeRestricted } from './age.ts';
import type { DiscordApi } from './api.ts';
import { isTooLarge } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { Posted } from './posts.ts';
import type { Tables } from './records.ts';
import { hasAdultParts, renderCard } from './render/card.ts';

export interface FittingParts {
  tables: Tables;
  api: DiscordApi;
  images: ImageFiles;
}

interface Target {
  /** The channel it is shown in: what is allowed and known there decides how it looks. */
  channel: string;
  /** Bytes a file may have, when somebody told. */
  maxFileBytes: number | undefined;
  send(messages: OutgoingMessage[]): Promise<Posted>;
}

/** Renders a card for where it goes, and for ever smaller files while Discord says it is too large. */
export type Fitting = (card: Card, target: Target) => Promise<Posted>;

// What a server without boosts allows; used where no interaction told the limit.
const usualAttachmentLimit = 10 * 1024 * 1024;
const smallestAttachmentLimit = 256 * 1024;

export function createFitting({ tables, api, images }: FittingParts): Fitting {
  return async (card, { channel, maxFileBytes: told, send }) => {
    const adult = hasAdultParts(card) && (await isAgeRestricted(api, channel));
    const numbers = tables.shown.get(channel)?.neighbours ?? [];
    const numberOf = (id: string) => (numbers.includes(id) ? numbers.indexOf(id) + 1 : undefined);
    let maxFileBytes = told ?? usualAttachmentLimit;
    for (;;) {
      const messages = await renderCard(card, { images, adult, numberOf, maxFileBytes });
      try {
        return await send(messages);
      } catch (error) {
        if (!isTooLarge(error) || maxFileBytes < smallestAttachmentLimit) throw error;
        maxFileBytes /= 2;
      }
    }
  };
}
