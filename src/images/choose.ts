import path from 'node:path';
import type { Config } from '../config.ts';
import { createDiskImageFiles } from './disk.ts';
import type { ImageFiles } from './image-files.ts';

/** The bucket, where one is set; else a folder below the data folder. */
export async function createImageFiles({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): Promise<ImageFiles> {
  if (!s3) return createDiskImageFiles(path.join(dataDir, 'images'));
  // The SDK is large: who has no bucket need not wait for it.
  const { createS3ImageFiles } = await import('./s3.ts');
  return createS3ImageFiles(s3);
}
