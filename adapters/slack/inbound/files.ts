import { z } from 'zod';
import type { Attachment } from '../../../src/chat.ts';
import type { SlackApi } from '../api.ts';

/** A file as events carry it: https://docs.slack.dev/reference/objects/file-object */
export const sharedFile = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  file_access: z.string().nullish(),
  url_private: z.string().nullish(),
  url_private_download: z.string().nullish(),
});

type SharedFile = z.infer<typeof sharedFile>;

/** The pictures among shared files, as addresses that are fetched once the job runs. */
export async function picturesOf(files: readonly SharedFile[], api: SlackApi): Promise<Attachment[]> {
  const described = await Promise.all(files.map((file) => describe(file, api)));
  return described.filter(isPicture).flatMap(({ name, url_private_download: download, url_private: page }) => {
    const url = download ?? page;
    return url ? [{ url, name: name ?? undefined }] : [];
  });
}

/** Files of Slack Connect channels come without particulars: https://docs.slack.dev/apis/slack-connect/#files */
async function describe(file: SharedFile, api: SlackApi): Promise<SharedFile> {
  if (file.file_access !== 'check_file_info') return file;
  const { file: described } = await api.repeat((client) => client.files.info({ file: file.id }));
  return sharedFile.parse(described);
}

function isPicture({ mimetype }: SharedFile): boolean {
  return mimetype?.startsWith('image/') ?? false;
}
