import sharp from 'sharp';
import { BotError } from '../../src/errors.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import type { SlackApi } from './api.ts';
import { isRefused, slackCode, verdictOnFailure } from './failures.ts';
import type { CardPicture } from './render/card.ts';
import { retrying } from './retry.ts';

/** What Slack says of a file; `unknown` where it tells nothing about files. */
export type FileState = { state: 'there'; mimetype: string; shares: Shares } | { state: 'gone' } | { state: 'unknown' };

/** By visibility, then by channel: the messages that share a file. */
type Shares = Partial<Record<'public' | 'private', Record<string, { ts?: string }[]>>>;

/** The steps of https://docs.slack.dev/messaging/working-with-files#uploading_files, each safe to be repeated. */
export interface Uploads {
  /** The first two steps; a repeated one leaves nothing behind that anybody sees. Returns the file's id. */
  sendBytes(picture: CardPicture): Promise<string>;
  /** The third step, which shares the files in a channel when one is named. */
  complete(ids: readonly string[], shared?: { channel: string; thread: string | undefined }): Promise<void>;
  look(id: string): Promise<FileState>;
  remove(id: string): Promise<void>;
}

interface UploadParts {
  api: SlackApi;
  images: ImageFiles;
  isTrusted(address: string): boolean;
}

/** Milliseconds. */
const uploadPatience = 120_000;
const uploadTimeout = 60_000;

const goneCodes = new Set(['file_not_found', 'file_deleted']);

export function createUploads({ api, images, isTrusted }: UploadParts): Uploads {
  async function sendBytes({ key, alt }: CardPicture): Promise<string> {
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

  /** An answer that got lost shows in files.info; where that tells nothing, in the refusal of the second attempt. */
  async function complete(ids: readonly string[], shared?: { channel: string; thread: string | undefined }) {
    const [first, ...others] = ids.map((id) => ({ id }));
    if (!first) return;
    const thread = shared?.thread ? { thread_ts: shared.thread } : {};
    const destination = shared ? { channel_id: shared.channel, ...thread } : {};
    await retrying(
      async (attempt) => {
        const { state } = attempt > 0 ? await look(first.id) : { state: 'gone' };
        if (state === 'there') return;
        try {
          await api.once((client) =>
            client.files.completeUploadExternal({ files: [first, ...others], ...destination }),
          );
        } catch (error) {
          if (state !== 'unknown' || !isRefused(error)) throw error;
        }
      },
      verdictOnFailure,
      uploadPatience,
    );
  }

  async function look(id: string): Promise<FileState> {
    try {
      const { file } = await api.repeat((client) => client.files.info({ file: id }));
      return { state: 'there', mimetype: file?.mimetype ?? '', shares: (file?.shares ?? {}) as Shares };
    } catch (error) {
      if (goneCodes.has(slackCode(error) ?? '')) return { state: 'gone' };
      if (isRefused(error)) return { state: 'unknown' };
      throw error;
    }
  }

  return {
    sendBytes,
    complete,
    look,
    async remove(id) {
      await api
        .repeat((client) => client.files.delete({ file: id }))
        .catch((error: unknown) => {
          if (!isRefused(error)) throw error;
        });
    },
  };
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
