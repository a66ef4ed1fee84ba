import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';

/** One bucket a route and channel. https://discord.com/developers/docs/topics/rate-limits */
export interface RouteLimit {
  method: string;
  path: RegExp;
  limit: number;
  /** Milliseconds until the bucket is full again. */
  window: number;
}

export interface RateLimits {
  set(limit: RouteLimit): void;
  /** Counts a request and writes the `X-RateLimit-*` headers. Returns the seconds to wait when it is over the limit. */
  count(method: string, path: string, response: ServerResponse): number | undefined;
}

export function createRateLimits(clock: Clock): RateLimits {
  const limits: RouteLimit[] = [];
  const buckets = new Map<string, { used: number; resetAt: number }>();
  return {
    set(limit) {
      limits.push(limit);
    },
    count(method, path, response) {
      const limit = limits.find((candidate) => candidate.method === method && candidate.path.test(path));
      if (!limit) return undefined;
      // The major parameter (the channel) is part of the bucket: two channels do not share one.
      const key = `${limits.indexOf(limit)}:${path.split('/').slice(0, 3).join('/')}`;
      const known = buckets.get(key);
      const bucket = known && known.resetAt > clock.now() ? known : { used: 0, resetAt: clock.now() + limit.window };
      buckets.set(key, bucket);
      bucket.used += 1;
      const seconds = (bucket.resetAt - clock.now()) / 1000;
      response.setHeader('X-RateLimit-Limit', limit.limit);
      response.setHeader('X-RateLimit-Remaining', Math.max(0, limit.limit - bucket.used));
      response.setHeader('X-RateLimit-Reset', bucket.resetAt / 1000);
      response.setHeader('X-RateLimit-Reset-After', seconds.toFixed(3));
      response.setHeader('X-RateLimit-Bucket', `bucket-${limits.indexOf(limit)}`);
      return bucket.used > limit.limit ? seconds : undefined;
    },
  };
}
