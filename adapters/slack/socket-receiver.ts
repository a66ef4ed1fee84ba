import { setTimeout as sleep } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import { BotError } from '../../src/errors.ts';
import { deadTokenError, isDeadToken, toBotError } from './failures.ts';
import { createSocket, type Envelope, type Socket, type SocketOptions } from './socket.ts';

interface ReceiverOptions extends SocketOptions {
  /** Called when Slack refuses the app token on a reconnection: the process has to end. */
  onDeadToken(error: BotError): void;
}

/** Milliseconds between attempts to connect again. */
const longestWait = 30_000;
/** Milliseconds. */
const shortLife = 1000;
/** Milliseconds that an old connection stays for what is still to be answered on it; Slack closes it after about ten seconds. */
const overlap = 10_000;
const linger = 2000;

/**
 * Socket Mode with two changes to bolt's own receiver. Envelopes are acknowledged after they were handled, as bolt acknowledges
 * events before, and what a crash interrupts would not be sent again. Reconnections are ours: the next connection is open before
 * the old one goes, and a token that was revoked meanwhile ends in a reason, not in an unhandled rejection
 * (SocketModeClient.delayReconnectAttempt of @slack/socket-mode 3.1).
 */
export function createSocketReceiver({ onDeadToken, ...options }: ReceiverOptions): Receiver {
  const { log } = options;
  const handling = new Set<Promise<void>>();
  /** The connection that is in use; others are on their way out. */
  let current: Socket | undefined;
  const open = new Set<Socket>();
  let replacing: Promise<void> | undefined;
  let openedAt = 0;
  let app: App | undefined;
  let stopping = false;

  async function connect() {
    const handlingHere = new Set<Promise<void>>();
    const socket = createSocket(options, {
      received(envelope) {
        // Unacknowledged, so Slack sends it to the next process.
        if (stopping) return;
        const done = handle(envelope).catch((error: unknown) =>
          log.error({ err: error }, 'an event was not handled; Slack will send it again'),
        );
        for (const set of [handling, handlingHere]) {
          set.add(done);
          done.finally(() => set.delete(done));
        }
      },
      expiring() {
        if (socket === current) replace().then(() => retire(socket, handlingHere));
      },
      closed() {
        open.delete(socket);
        if (socket === current) replace();
      },
    });
    await socket.open();
    if (stopping) return socket.close();
    open.add(socket);
    current = socket;
    openedAt = performance.now();
  }

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

  function replace(): Promise<void> {
    replacing ??= connectAgain().finally(() => {
      replacing = undefined;
    });
    return replacing;
  }

  /** Opens the next connection, however long it takes. */
  async function connectAgain() {
    // One that ends as soon as it is open would be opened again and again.
    if (performance.now() - openedAt < shortLife) await sleep(shortLife);
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
      await Promise.all([...open].map((socket) => socket.close()));
    },
  };
}

/** Closes a connection once all that came by it is answered, and what was on its way to us then. */
async function retire(socket: Socket, handling: ReadonlySet<Promise<void>>) {
  await sleep(linger, undefined, { ref: false });
  await Promise.race([Promise.all(handling), sleep(overlap, undefined, { ref: false })]);
  await socket.close();
}

/** The client rejects without a reason when the connection closes before Slack's hello. */
function noHello(cause: unknown): BotError {
  const message =
    'Slack closed the Socket Mode connection before it greeted. Check that Socket Mode is switched on for the app.';
  return new BotError('internal', message, { cause });
}
