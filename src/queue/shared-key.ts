import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { connectRedis } from './redis.ts';

const name = '{promptory}:user-hash-key';

/**
 * The key that people are known by must be one for all processes that share a queue, or nobody could cancel what another process
 * accepted, and everybody had several quotas. Offers our key (undefined: none yet), and returns the one that holds.
 * Throws BotError `invalid_settings` when ours is another one.
 */
export async function agreeOnKey(url: string, ours: Buffer | undefined, fresh: Buffer, file: string, log: Logger) {
  const redis = await connectRedis(url, log);
  try {
    await redis.prompt.set(name, (ours ?? fresh).toString('hex'), 'NX');
    const agreed = Buffer.from((await redis.prompt.get(name)) ?? '', 'hex');
    if (ours && !ours.equals(agreed)) {
      throw new BotError(
        'invalid_settings',
        `The key in ${file} is not that of the processes which share this Redis, so people would not be known by the same names. ` +
          "Move that file away to join them (what people made on this data folder before is then nobody's), or set REDIS_URL to another database.",
      );
    }
    return agreed;
  } finally {
    redis.close();
  }
}
