import { randomBytes } from 'node:crypto';
import type { Check } from '../doctor.ts';
import { BotError } from '../errors.ts';
import { createS3ImageFiles } from './s3.ts';
import type { S3Config } from './s3-settings.ts';

const timeoutMs = 10_000;

/** Lists the bucket, puts an object into it, reads that back and removes it. */
export async function checkBucket(config: S3Config): Promise<Check> {
  const name = 'Picture store';
  try {
    const files = createS3ImageFiles(config, { timeoutMs });
    await files.check();
    const probe = randomBytes(32);
    const key = await files.put(probe);
    const found = await files.get(key);
    await files.remove(key);
    const isSame = found !== undefined && probe.equals(found);
    return isSame
      ? { name, ok: true, detail: `the bucket ${config.bucket} takes, gives back and removes objects` }
      : { name, ok: false, detail: `the bucket ${config.bucket} gave back something else than was put into it` };
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return { name, ok: false, detail: error.message };
  }
}
