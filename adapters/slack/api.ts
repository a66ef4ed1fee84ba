import { setTimeout as sleep } from 'node:timers/promises';
import { webApi } from '@slack/bolt';
import type { BotError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { deadTokenError, isDeadToken, verdictOnFailure } from './failures.ts';
import { retrying } from './retry.ts';

type WebClient = webApi.WebClient;

export interface SlackApi {
  /** For calls that may be repeated: sent again after 429 (when Slack says), 5xx and broken connections. */
  repeat<Value>(call: (client: WebClient) => Promise<Value>): Promise<Value>;
  /** One attempt, for calls that must not happen twice; 429 comes as WebAPIRateLimitedError. */
  once<Value>(call: (client: WebClient) => Promise<Value>): Promise<Value>;
}

interface ApiOptions {
  token: string;
  apiUrl?: string | undefined;
  log: Logger;
  /** Milliseconds that running jobs are given when the process stops. */
  stopGraceMs: number;
  /** Called when Slack refuses the token, at most once: the process has to end. */
  onDeadToken(error: BotError): void;
}

/** Milliseconds. */
const callTimeout = 30_000;
const patience = 60_000;
/** After the core's grace for running jobs: one that fails before is over, one that fails after was handed back for the next start. */
const afterGrace = 5000;

export function createApi({ token, apiUrl, log, stopGraceMs, onDeadToken }: ApiOptions): SlackApi {
  // The SDK's own resending can't tell calls that must not happen twice, and backs off on top of what Slack asks for.
  const client = new webApi.WebClient(token, {
    ...clientOptions(apiUrl, log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  let dead = false;

  async function once<Value>(call: (client: WebClient) => Promise<Value>): Promise<Value> {
    try {
      return await call(client);
    } catch (error) {
      if (!isDeadToken(error)) throw error;
      if (!dead) onDeadToken(deadTokenError(error, 'SLACK_BOT_TOKEN'));
      dead = true;
      await sleep(stopGraceMs + afterGrace);
      throw deadTokenError(error, 'SLACK_BOT_TOKEN');
    }
  }

  return { once, repeat: (call) => retrying(() => once(call), verdictOnFailure, patience) };
}

/** What every client of ours shares. */
export function clientOptions(apiUrl: string | undefined, log: Logger): webApi.WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: callTimeout,
    logger: createBoltLogger(log),
  };
}
