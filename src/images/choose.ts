import path from 'node:path';
import type { Config } from '../config.ts';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createDiskImageFiles } from './disk.ts';
import type { ImageFiles } from './image-files.ts';

/**
 * The bucket, where one is set; else a folder below the data folder. Throws BotError `invalid_settings` for a bucket that
 * refuses or is not there; one that is out of reach right now is no reason not to start, and the log says so.
 */
export async function createImageFiles(
  { s3, dataDir }: Pick<Config, 's3' | 'dataDir'>,
  log: Logger,
): Promise<ImageFiles> {
  if (!s3) return createDiskImageFiles(path.join(dataDir, 'images'));
  // The SDK is large: who has no bucket need not wait for it.
  const { createS3ImageFiles } = await import('./s3.ts');
  const files = createS3ImageFiles(s3);
  try {
    await files.check();
  } catch (error) {
    if (!(error instanceof BotError) || error.code === 'invalid_settings') throw error;
    log.warn({ err: error.cause }, `${error.message} Pictures fail until it answers.`);
  }
  return files;
}
