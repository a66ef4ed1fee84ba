import { z } from 'zod';
import type { Attachment } from '../../../src/chat.ts';
import type { SlackApi } from '../api.ts';
import { isRefused } from '../failures.ts';

/** A file as events carry it: https://docs.slack.dev/reference/objects/file-object */
export const sharedFile = z.object({
  id: z.string().nullish(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  filetype: z.string().nullish(),
  file_access: z.string().nullish(),
  url_private: z.string().nullish(),
  url_private_download: z.string().nullish(),
});

export type SharedFile = z.infer<typeof sharedFile>;

const pictureTypes = /^(png|jpe?g|gif|webp|avif|heic|tiff?|bmp)$/i;

/** The pictures among shared files, as addresses that are fetched once the job runs. */
export async function picturesOf(files: readonly SharedFile[], api: SlackApi): Promise<Attachment[]> {
  const described = await Promise.all(files.map((file) => describe(file, api)));
  return described.filter(isPicture).flatMap((file) => {
    const url = addressOf(file);
    return url ? [{ url, name: file.name ?? undefined }] : [];
  });
}

/** Files of Slack Connect channels come without particulars: https://docs.slack.dev/apis/slack-connect/#files */
async function describe(file: SharedFile, api: SlackApi): Promise<SharedFile> {
  const { id } = file;
  if (!id || (file.file_access !== 'check_file_info' && addressOf(file))) return file;
  try {
    const answer = await api.repeat((client) => client.files.info({ file: id }));
    return sharedFile.safeParse(answer.file).data ?? file;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return file;
  }
}

/** Told by the first that is known; what nothing tells of is looked at once it is fetched. */
function isPicture(file: SharedFile): boolean {
  if (file.mimetype) return file.mimetype.startsWith('image/');
  const type = file.filetype || extensionOf(file.name) || extensionOf(addressOf(file));
  return type ? pictureTypes.test(type) : true;
}

function addressOf({ url_private_download: download, url_private: page }: SharedFile): string | undefined {
  return download ?? page ?? undefined;
}

function extensionOf(name: string | null | undefined): string | undefined {
  return /\.(\w+)$/.exec(name ?? '')?.[1];
}
