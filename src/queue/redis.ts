import { Redis } from 'ioredis';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** Connections to one Redis. */
export interface RedisConnections {
  /** For what must be done, however long Redis is away: commands wait for it. */
  patient: Redis;
  /** For what somebody waits for: fails at once without Redis, and sends nothing again. */
  prompt: Redis;
  /** For messages alone. */
  subscriber: Redis;
  close(): void;
}

const usualAnswerMs = 5000;
const longestPauseMs = 2000;

/** Asks the Redis at an address once, over a connection of its own. Throws BotError `queue_unavailable` with the remedy. */
export async function askOnce<Answer>(url: string, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const first = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: usualAnswerMs });
  // Said once by the promise; without a listener ioredis prints it as well.
  first.on('error', () => undefined);
  let reason: unknown;
  first.once('error', (error: unknown) => (reason = error));
  try {
    await first.connect();
    return await question(first);
  } catch (error) {
    throw unreachable(url, reason ?? error);
  } finally {
    first.disconnect();
  }
}

/** Connects, or throws BotError `queue_unavailable` with the remedy. */
export async function connectRedis(
  url: string,
  log: Logger,
  answerWithinMs: number = usualAnswerMs,
): Promise<RedisConnections> {
  await askOnce(url, (redis) => redis.ping());
  const common = { lazyConnect: true, retryStrategy: (times: number) => Math.min(times * 100, longestPauseMs) };
  const patient = new Redis(url, { ...common, maxRetriesPerRequest: null });
  const promptOptions = { maxRetriesPerRequest: 0, enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
  const prompt = new Redis(url, { ...common, ...promptOptions, commandTimeout: answerWithinMs });
  const subscriber = new Redis(url, { ...common, maxRetriesPerRequest: null });
  const all = [patient, prompt, subscriber];
  for (const client of all) watch(client, log);
  await Promise.all(all.map((client) => client.connect()));
  return {
    patient,
    prompt,
    subscriber,
    close() {
      for (const client of all) client.disconnect();
    },
  };
}

function watch(client: Redis, log: Logger) {
  let isDown = false;
  client.on('error', (error: unknown) => {
    if (!isDown) log.warn({ err: error }, 'Redis is out of reach; it is tried again until it answers');
    isDown = true;
  });
  client.on('ready', () => {
    isDown = false;
  });
}

function unreachable(url: string, cause: unknown): BotError {
  const place = new URL(url).host;
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  const refused = /WRONGPASS|NOAUTH|NOPERM/.test(why);
  const remedy = refused
    ? 'Correct the user and password in REDIS_URL.'
    : 'Start it, correct REDIS_URL (rediss:// where it wants TLS), or remove REDIS_URL to keep jobs on this machine.';
  const what = refused ? 'does not let us in' : `can't be reached (${why})`;
  return new BotError('queue_unavailable', `Redis at ${place} ${what}. ${remedy}`, { cause });
}

/** What a person reads while Redis is away. */
export function queueUnavailable(cause: unknown): BotError {
  return new BotError(
    'queue_unavailable',
    'The queue is out of reach, so this was not accepted. Try again in a minute.',
    {
      cause,
    },
  );
}
