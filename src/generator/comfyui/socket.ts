import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { type JobMessage, readBinary, readText } from './messages.ts';

export interface SocketOptions {
  /** `ws:` or `wss:`, with the client's id. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Of the job, as far as it is known by now. */
  promptId(): string;
  onMessage(message: JobMessage): void;
}

// Previews of the largest pictures are a few megabytes.
const maxFrameBytes = 64 * 1024 * 1024;
const handshakeMs = 5000;
const reconnectMs = 1000;

/**
 * Listens to a job over ComfyUI's websocket until closed, and connects again when it drops. `ready` resolves once the
 * first connection is open or has failed: without it a job runs as well, only without previews.
 */
export function listen({ url, headers, promptId, onMessage }: SocketOptions) {
  const closing = new AbortController();
  let socket: WebSocket | undefined;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  void stayConnected();

  async function stayConnected() {
    while (!closing.signal.aborted) {
      await connection().catch(() => undefined);
      markReady();
      await pause(reconnectMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  /** Settles when the connection has ended. */
  function connection(): Promise<void> {
    return new Promise((resolve) => {
      const opened = new WebSocket(url, { headers, handshakeTimeout: handshakeMs, maxPayload: maxFrameBytes });
      socket = opened;
      opened.on('open', () => {
        // Asks for previews that name their job (event 4).
        opened.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
        markReady();
      });
      opened.on('message', (data, isBinary) => {
        const frame = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
        const message = isBinary ? readBinary(frame, promptId()) : readText(frame.toString('utf8'), promptId());
        if (message) onMessage(message);
      });
      // What failed shows in the requests beside it; here an error only ends the connection.
      opened.on('error', () => undefined);
      opened.on('close', () => resolve());
    });
  }

  return {
    ready,
    close() {
      closing.abort();
      socket?.terminate();
    },
  };
}
