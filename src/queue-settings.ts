import { z } from 'zod';
import type { Bounds } from './queue/bounds.ts';
import { parseResetTime, type Quota } from './queue/quota.ts';

const wholeNumber = (least: number) =>
  z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(least, `must be at least ${least}`);

/** The settings of who may ask for how much, and where jobs are kept; part of src/config.ts. */
export const queueSettings = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be an address such as redis://user:password@localhost:6379/0' })
    .optional(),
  MAX_QUEUED: wholeNumber(1).default(100),
  MAX_QUEUED_PER_SCOPE: wholeNumber(1).default(50),
  MAX_QUEUED_PER_USER: wholeNumber(1).default(5),
  DAILY_QUOTA: wholeNumber(0).default(0),
  QUOTA_RESET: z
    .string()
    .default('00:00 UTC')
    .transform((text, context) => {
      const time = parseResetTime(text);
      if (!time) context.addIssue('must be a time of day and a time zone, such as 00:00 UTC or 04:30 Europe/Berlin');
      return time ?? z.NEVER;
    }),
  QUOTA_EXEMPT_ROLES: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter(Boolean)),
};

export interface QueueConfig {
  /** Undefined: jobs are kept in LMDB, for this process alone. */
  redisUrl: string | undefined;
  bounds: Bounds;
  /** Undefined: people may ask for as much as they like. */
  quota: Quota | undefined;
  /** Ids of roles and of people for whom the quota does not hold. */
  quotaExempt: readonly string[];
}

export function queueConfigOf(values: z.infer<z.ZodObject<typeof queueSettings>>): QueueConfig {
  const bounds = {
    total: values.MAX_QUEUED,
    perScope: values.MAX_QUEUED_PER_SCOPE,
    perOwner: values.MAX_QUEUED_PER_USER,
  };
  const quota = values.DAILY_QUOTA > 0 ? { daily: values.DAILY_QUOTA, reset: values.QUOTA_RESET } : undefined;
  return { redisUrl: values.REDIS_URL, bounds, quota, quotaExempt: values.QUOTA_EXEMPT_ROLES };
}
