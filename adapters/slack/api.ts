import { webApi } from '@slack/bolt';
import type { BotError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { deadTokenError, isDeadToken } from './failures.ts';

type WebClient = webApi.WebClient;

export interface SlackApi {
  /** For calls that may be repeated: the SDK resends them after 429, 5xx and broken connections. */
  repeat<Value>(call: (client: WebClient) => Promise<Value>): Promise<Value>;
  /** One attempt, for calls that must not happen twice; 429 comes as WebAPIRateLimitedError. */
  once<Value>(call: (client: WebClient) => Promise<Value>): Promise<Value>;
}

interface ApiOptions {
  token: string;
  apiUrl: string | undefined;
  log: Logger;
  /** Called when Slack refuses the token, at most once: the process has to end. */
  onDeadToken(error: BotError): void;
}

/** Milliseconds. */
const callTimeout = 30_000;

export function createApi({ token, apiUrl, log, onDeadToken }: ApiOptions): SlackApi {
  const common = clientOptions(apiUrl, log);
  const repeating = new webApi.WebClient(token, {
    ...common,
    retryConfig: { retries: 10, factor: 1.7, minTimeout: 500, maxTimeout: 15_000, randomize: true },
  });
  const single = new webApi.WebClient(token, { ...common, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
  let dead = false;

  async function guarded<Value>(call: Promise<Value>): Promise<Value> {
    try {
      return await call;
    } catch (error) {
      if (!isDeadToken(error)) throw error;
      if (!dead) onDeadToken(deadTokenError(error, 'SLACK_BOT_TOKEN'));
      dead = true;
      // Never settles: a job that failed here would be lost, one that waits is handed back when the process ends.
      return new Promise<never>(() => {});
    }
  }

  return {
    repeat: (call) => guarded(call(repeating)),
    once: (call) => guarded(call(single)),
  };
}

/** What every client of ours shares. */
export function clientOptions(apiUrl: string | undefined, log: Logger): webApi.WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: callTimeout,
    logger: createBoltLogger(log),
  };
}
