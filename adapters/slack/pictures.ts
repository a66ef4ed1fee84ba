import sharp from 'sharp';
import { BotError } from '../../src/errors.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';
import { slackCode, verdictOnFailure } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { CardPicture } from './render/card.ts';
import { backOff, retrying } from './retry.ts';

export interface SharedPictures {
  channel: string;
  thread: string | undefined;
  pictures: readonly CardPicture[];
}

/** Pictures in Slack's file store. */
export interface PictureStore {
  /** Uploads what is not there yet, each picture once per workspace, and waits until blocks can show it. Returns file ids by key. */
  ready(pictures: readonly CardPicture[]): Promise<Map<string, string>>;
  /** After Slack refused a file: uploads again what was deleted there. */
  renew(pictures: readonly CardPicture[]): Promise<Map<string, string>>;
  /** The other way to show pictures: as files shared in a thread. Returns the ts of the message that Slack makes. */
  share(pictures: SharedPictures): Promise<string>;
  remove(keys: readonly string[]): Promise<void>;
}

interface PictureParts {
  api: SlackApi;
  images: ImageFiles;
  ledger: Ledger;
  isTrusted(address: string): boolean;
  log: Logger;
}

/** Milliseconds. Slack checks a file for a few seconds at most; a longer wait would hold the answer back. */
const processingPatience = 30_000;
const uploadPatience = 120_000;
const uploadTimeout = 60_000;

export function createPictureStore({ api, images, ledger, isTrusted, log }: PictureParts): PictureStore {
  /** Uploads under way, so that two cards with the same picture make one file. */
  const uploading = new Map<string, Promise<string>>();

  function fileFor({ key, alt }: CardPicture): Promise<string> {
    const running = uploading.get(key) ?? upload(key, alt).finally(() => uploading.delete(key));
    uploading.set(key, running);
    return running;
  }

  async function upload(key: string, alt: string): Promise<string> {
    const known = ledger.file(key);
    if (known?.ready) return known.id;
    // Begun by a former process: the file may be complete.
    const id = known && (await isThere(known.id)) ? known.id : await uploadAnew(key, alt);
    await processed(id);
    await ledger.saveFile(key, { id, ready: true });
    return id;
  }

  async function uploadAnew(key: string, alt: string): Promise<string> {
    const id = await sendBytes(key, alt);
    await ledger.saveFile(key, { id, ready: false });
    await complete([id]);
    return id;
  }

  /** The first two steps; a repeated one leaves nothing behind that anybody sees. */
  async function sendBytes(key: string, alt: string): Promise<string> {
    const { bytes, extension } = await slackPicture(images, key);
    const filename = `${key.slice(0, 12)}.${extension}`;
    const { upload_url: url = '', file_id: id = '' } = await api.repeat((client) =>
      client.files.getUploadURLExternal({ filename, length: bytes.length, alt_text: alt.slice(0, 1000) }),
    );
    if (!isTrusted(url))
      throw new BotError('internal', 'Slack named an upload address that is not its own; the picture was not sent.');
    await retrying(
      () => postBytes(url, bytes, filename),
      () => 'backoff',
      uploadPatience,
    );
    return id;
  }

  /** The third step. An answer that got lost shows in files.info, so that nothing is completed twice. */
  async function complete(ids: readonly string[], shared?: { channel_id: string; thread_ts?: string }) {
    const [first, ...others] = ids.map((id) => ({ id }));
    if (!first) return;
    await retrying(
      async (attempt) => {
        if (attempt > 0 && (await isThere(first.id))) return;
        const destination = shared
          ? { channel_id: shared.channel_id, ...(shared.thread_ts ? { thread_ts: shared.thread_ts } : {}) }
          : {};
        await api.once((client) => client.files.completeUploadExternal({ files: [first, ...others], ...destination }));
      },
      verdictOnFailure,
      uploadPatience,
    );
  }

  async function isThere(id: string): Promise<boolean> {
    return (await fileInfo(id)) !== undefined;
  }

  async function fileInfo(id: string) {
    try {
      const { file } = await api.repeat((client) => client.files.info({ file: id }));
      return file;
    } catch (error) {
      if (slackCode(error) === 'file_not_found' || slackCode(error) === 'file_deleted') return undefined;
      throw error;
    }
  }

  /** Completing answers before Slack has looked at the file; until its type is known, blocks with it are invalid. */
  async function processed(id: string) {
    const found = await poll(async () => (await fileInfo(id))?.mimetype || undefined);
    if (!found) log.warn({ file: id }, 'Slack has not processed a picture in time; it is posted nevertheless');
  }

  async function share({ channel, thread, pictures }: SharedPictures): Promise<string> {
    const ids = await Promise.all(pictures.map(({ key, alt }) => sendBytes(key, alt)));
    await complete(ids, { channel_id: channel, ...(thread ? { thread_ts: thread } : {}) });
    const [first = ''] = ids;
    const ts = await poll(async () => {
      const shares = (await fileInfo(first))?.shares;
      return (shares?.public?.[channel] ?? shares?.private?.[channel])?.[0]?.ts;
    });
    if (!ts)
      throw new BotError(
        'internal',
        'Slack took the pictures but did not show them. Look into the thread again in a minute.',
      );
    return ts;
  }

  async function renew(pictures: readonly CardPicture[]) {
    for (const { key } of pictures) {
      const known = ledger.file(key);
      if (known && !(await isThere(known.id))) await ledger.dropFile(key);
    }
    return ready(pictures);
  }

  async function ready(pictures: readonly CardPicture[]) {
    return new Map(await Promise.all(pictures.map(async (one) => [one.key, await fileFor(one)] as const)));
  }

  async function remove(keys: readonly string[]) {
    for (const key of keys) {
      const known = ledger.file(key);
      if (!known) continue;
      await api
        .repeat((client) => client.files.delete({ file: known.id }))
        .catch((error: unknown) => {
          if (slackCode(error) === undefined) throw error;
          log.debug({ code: slackCode(error) }, 'a picture was gone from Slack already');
        });
      await ledger.dropFile(key);
    }
  }

  return { ready, renew, share, remove };
}

/** Blocks show PNG, JPEG and GIF alone: https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object */
async function slackPicture(images: ImageFiles, key: string): Promise<{ bytes: Uint8Array; extension: string }> {
  const bytes = await images.get(key);
  if (!bytes) throw new BotError('not_found', 'The picture is not there any more: it was deleted meanwhile.');
  const { format } = await sharp(bytes).metadata();
  if (format === 'png' || format === 'jpeg' || format === 'gif') return { bytes, extension: format };
  return {
    bytes: await sharp(bytes).flatten({ background: '#ffffff' }).jpeg({ quality: 92 }).toBuffer(),
    extension: 'jpeg',
  };
}

/** The address is a secret of its own and needs no token. */
async function postBytes(url: string, bytes: Uint8Array, filename: string) {
  const form = new FormData();
  form.append('body', new Blob([new Uint8Array(bytes)]), filename);
  const response = await fetch(url, {
    method: 'POST',
    body: form,
    redirect: 'error',
    signal: AbortSignal.timeout(uploadTimeout),
  });
  if (!response.ok)
    throw new BotError('internal', `Slack did not take the picture (status ${response.status}). Try again.`);
}

async function poll<Value>(look: () => Promise<Value | undefined>): Promise<Value | undefined> {
  for (let attempt = 0, waited = 0; waited < processingPatience; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    waited += await backOff(Math.min(attempt, 2) - 1);
  }
  return undefined;
}
