import type { Logger } from '../../src/log.ts';
import type { Ledger } from './ledger.ts';
import { createOnce } from './once.ts';
import type { CardPicture } from './render/card.ts';
import { backOff } from './retry.ts';
import type { Uploads } from './uploads.ts';

/** Pictures in Slack's file store, each there once per workspace for as long as a card shows it. */
export interface PictureStore {
  /** Uploads what is not there yet and waits until blocks can show it. Returns file ids by key; `holder` is the card that shows them until it is released. */
  ready(pictures: readonly CardPicture[], holder?: string): Promise<Map<string, string>>;
  /** After Slack refused a file: uploads again what was deleted there. */
  renew(pictures: readonly CardPicture[], holder: string): Promise<Map<string, string>>;
  /** A card shows its pictures no more: those that no other card shows are deleted. */
  release(keys: readonly string[], holder: string): Promise<void>;
}

interface PictureParts {
  uploads: Uploads;
  ledger: Ledger;
  log: Logger;
}

/** Milliseconds. Slack checks a file for a few seconds at most; a longer wait would hold the answer back. */
const processingPatience = 30_000;

export function createPictureStore({ uploads, ledger, log }: PictureParts): PictureStore {
  /** Two cards with the same picture at a time make one file. */
  const once = createOnce<string>();

  async function upload(picture: CardPicture): Promise<string> {
    const { key } = picture;
    const known = ledger.file(key);
    if (known?.ready) return known.id;
    // Begun by a former process: the file may be complete.
    const id = known && (await uploads.look(known.id)).state === 'there' ? known.id : await uploadAnew(picture);
    await processed(id);
    await ledger.saveFile(key, { ...ledger.file(key), id, ready: true });
    return id;
  }

  async function uploadAnew(picture: CardPicture): Promise<string> {
    const id = await uploads.sendBytes(picture);
    await ledger.saveFile(picture.key, { ...ledger.file(picture.key), id, ready: false });
    await uploads.complete([id]);
    return id;
  }

  /** Completing answers before Slack has looked at the file; until its type is known, blocks with it are invalid. */
  async function processed(id: string) {
    const isProcessed = await poll(async () => {
      const file = await uploads.look(id);
      return file.state === 'unknown' || (file.state === 'there' && file.mimetype !== '') || undefined;
    });
    if (!isProcessed) log.warn({ file: id }, 'Slack has not processed a picture in time; it is posted nevertheless');
  }

  async function ready(pictures: readonly CardPicture[], holder?: string) {
    const entries = pictures.map(async (picture) => {
      const id = await once(picture.key, () => upload(picture));
      if (holder) await hold(picture.key, id, holder);
      return [picture.key, id] as const;
    });
    return new Map(await Promise.all(entries));
  }

  async function hold(key: string, id: string, holder: string) {
    const file = ledger.file(key) ?? { id, ready: true };
    const holders = new Set(file.holders).add(holder);
    await ledger.saveFile(key, { ...file, holders: [...holders] });
  }

  async function renew(pictures: readonly CardPicture[], holder: string) {
    for (const { key } of pictures) {
      const known = ledger.file(key);
      if (known && (await uploads.look(known.id)).state === 'gone') await ledger.dropFile(key);
    }
    return ready(pictures, holder);
  }

  async function release(keys: readonly string[], holder: string) {
    for (const key of keys) {
      const known = ledger.file(key);
      if (!known) continue;
      const holders = (known.holders ?? []).filter((other) => other !== holder);
      if (holders.length > 0) {
        await ledger.saveFile(key, { ...known, holders });
        continue;
      }
      // Forgotten first: a card that wants it from here on uploads it anew.
      await ledger.dropFile(key);
      await uploads.remove(known.id);
    }
  }

  return { ready, renew, release };
}

/** Looks again and again, ever more seldom, for half a minute. */
export async function poll<Value>(look: () => Promise<Value | undefined>): Promise<Value | undefined> {
  for (let attempt = 0, waited = 0; waited < processingPatience; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    waited += await backOff(Math.min(attempt, 2) - 1);
  }
  return undefined;
}
