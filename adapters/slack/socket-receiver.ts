import { setTimeout as sleep } from 'node:timers/promises';
import { type App, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { BotError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import { clientOptions } from './api.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { deadTokenError, isDeadToken, toBotError } from './failures.ts';

interface SocketOptions {
  appToken: string;
  apiUrl: string | undefined;
  log: Logger;
  /** Called when Slack refuses the app token on a reconnection: the process has to end. */
  onDeadToken(error: BotError): void;
}

interface Envelope {
  body: Record<string, unknown>;
  ack(answer?: unknown): Promise<void>;
  retry_num?: number;
  retry_reason?: string;
}

/** Milliseconds from the opened connection to Slack's hello. */
const helloPatience = 30_000;
/** Milliseconds between attempts to connect again. */
const longestWait = 30_000;

/**
 * Socket Mode with two changes to bolt's own receiver. Envelopes are acknowledged after they were handled, as bolt acknowledges
 * events before, and what a crash interrupts would not be sent again. Reconnections are ours, as the client's own end in an
 * unhandled rejection when a token was revoked (SocketModeClient.delayReconnectAttempt of @slack/socket-mode 3.1).
 */
export function createSocketReceiver({ appToken, apiUrl, log, onDeadToken }: SocketOptions): Receiver {
  const { client } = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: createBoltLogger(log),
    installerOptions: { clientOptions: { ...clientOptions(apiUrl, log), retryConfig: { retries: 0 } } },
  });
  const handling = new Set<Promise<void>>();
  let app: App | undefined;
  let connecting = false;
  let stopping = false;

  client.on('slack_event', (envelope: Envelope) => {
    // Unacknowledged, so Slack sends it to the next process.
    if (stopping) return;
    const done = handle(envelope).catch((error: unknown) =>
      log.error({ err: error }, 'an event was not handled; Slack will send it again'),
    );
    handling.add(done);
    done.finally(() => handling.delete(done));
  });

  client.on('disconnected', () => {
    if (!stopping && !connecting) reconnect();
  });

  async function handle({ body, ack, retry_num: retryNum, retry_reason: retryReason }: Envelope) {
    let acknowledged = false;
    let answer: unknown;
    const hold = async (given?: unknown) => {
      acknowledged = true;
      answer = given;
    };
    await app?.processEvent({
      body,
      ack: hold,
      ...(retryNum ? { retryNum } : {}),
      ...(retryReason ? { retryReason } : {}),
    });
    if (acknowledged) await ack(answer);
  }

  async function connect() {
    connecting = true;
    const watchdog = setTimeout(() => client.disconnect(), helloPatience);
    try {
      await client.start();
    } finally {
      clearTimeout(watchdog);
      connecting = false;
    }
  }

  async function reconnect() {
    for (let failures = 0; !stopping; failures++) {
      try {
        await connect();
        log.info('connected to Slack again');
        return;
      } catch (error) {
        if (isDeadToken(error)) return onDeadToken(deadTokenError(error, 'SLACK_APP_TOKEN'));
        log.warn({ err: error, failures }, 'Slack is out of reach; trying again');
        await sleep(Math.min(longestWait, 500 * 2 ** failures) * (0.5 + Math.random() / 2));
      }
    }
  }

  return {
    init(given) {
      app = given;
    },
    async start() {
      try {
        await connect();
      } catch (error) {
        if (isDeadToken(error)) throw deadTokenError(error, 'SLACK_APP_TOKEN');
        throw error instanceof Error ? toBotError(error) : noHello(error);
      }
    },
    async stop() {
      stopping = true;
      await Promise.all(handling);
      await client.disconnect();
    },
  };
}

/** The client rejects without a reason when the connection closes before Slack's hello. */
function noHello(cause: unknown): BotError {
  const message =
    'Slack closed the Socket Mode connection before it greeted. Check that Socket Mode is switched on for the app.';
  return new BotError('internal', message, { cause });
}
