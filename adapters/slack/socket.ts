import { SocketModeReceiver } from '@slack/bolt';
import type { Logger } from '../../src/log.ts';
import { clientOptions } from './api.ts';
import { createBoltLogger } from './bolt-logger.ts';

export interface SocketOptions {
  appToken: string;
  apiUrl: string | undefined;
  log: Logger;
}

/** What Slack sends, to be answered on the connection it came by. */
export interface Envelope {
  body: Record<string, unknown>;
  ack(answer?: unknown): Promise<void>;
  retry_num?: number;
  retry_reason?: string;
}

interface Listeners {
  received(envelope: Envelope): void;
  /** Slack is about to close the connection, and sends nothing new on it; acknowledgements still go through. */
  expiring(): void;
  closed(): void;
}

/** One connection. */
export interface Socket {
  /** Resolves with Slack's hello; rejects when there is none. */
  open(): Promise<void>;
  /** Never waits long: Slack leaves its end of a closed connection open (https://github.com/slackapi/node-slack-sdk/issues/2752). */
  close(): Promise<void>;
}

/** Milliseconds from the opened connection to Slack's hello. */
const helloPatience = 30_000;
/** Milliseconds. */
const closingPatience = 1000;
/** Milliseconds without an answer to a ping; a busy machine is late at times. */
const pongPatience = 15_000;

/**
 * A connection of bolt's client with one change: it stays open when Slack asks for another one. The client closes it at once and
 * opens the next one after five seconds, and what came in before would go unanswered.
 */
export function createSocket({ appToken, apiUrl, log }: SocketOptions, listeners: Listeners): Socket {
  const { client } = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    clientPingTimeout: pongPatience,
    logger: createBoltLogger(log),
    installerOptions: { clientOptions: { ...clientOptions(apiUrl, log), retryConfig: { retries: 0 } } },
  });
  const readers = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  const read = async (data: unknown, isBinary: unknown) => {
    for (const reader of readers) await reader.call(client, data, isBinary);
  };
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    if (isDisconnect(data)) listeners.expiring();
    // The client's own reader rejects for JSON that is no object.
    else read(data, isBinary).catch((error: unknown) => log.warn({ err: error }, 'a message could not be read'));
  });
  client.on('slack_event', listeners.received);
  client.on('disconnected', listeners.closed);

  return {
    async open() {
      const watchdog = setTimeout(() => client.disconnect(), helloPatience);
      try {
        await client.start();
      } finally {
        clearTimeout(watchdog);
      }
    },
    async close() {
      const late = new Promise((resolve) => setTimeout(resolve, closingPatience).unref());
      await Promise.race([client.disconnect(), late]);
    },
  };
}

/** https://docs.slack.dev/apis/events-api/using-socket-mode/#disconnect */
function isDisconnect(data: unknown): boolean {
  if (typeof data !== 'string' || !data.includes('disconnect')) return false;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' && message !== null && 'type' in message && message.type === 'disconnect';
  } catch {
    return false;
  }
}
