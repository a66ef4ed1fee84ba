import { createHmac } from 'node:crypto';
import { type DeliveryTiming, deliverWithRetries, type EnvelopeType, type Transport } from './delivery.ts';
import type { Json } from './workspace.ts';

interface SignedRequest {
  body: string;
  headers: Record<string, string>;
}

/** Signs as https://docs.slack.dev/authentication/verifying-requests-from-slack says; `at` is in seconds. */
export function sign(secret: string, body: string, at = Math.floor(Date.now() / 1000)): Record<string, string> {
  const hash = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${hash}` };
}

/** Events are JSON; commands are a form; interactions are a form with the JSON in `payload`. */
function requestFor(type: EnvelopeType, payload: Json, secret: string): SignedRequest {
  const body =
    type === 'events_api'
      ? JSON.stringify(payload)
      : new URLSearchParams(
          type === 'interactive' ? { payload: JSON.stringify(payload) } : textsOf(payload),
        ).toString();
  const contentType = type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded';
  return { body, headers: { 'content-type': contentType, ...sign(secret, body) } };
}

/** Sends events to the app's request URL, and again (with X-Slack-Retry-Num) while it does not answer 2xx in time. */
export function createSignedHttp(url: () => string, secret: string, timing: DeliveryTiming): Transport {
  async function send(type: EnvelopeType, payload: Json, retry: number) {
    const { body, headers } = requestFor(type, payload, secret);
    const retryHeaders =
      retry > 0 ? { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' } : {};
    try {
      const response = await fetch(url(), {
        method: 'POST',
        body,
        headers: { ...headers, ...retryHeaders },
        signal: AbortSignal.timeout(timing.ackMs),
      });
      return { acked: response.ok, payload: payloadOf(await response.text()) };
    } catch {
      return { acked: false };
    }
  }

  return { deliver: (type, payload) => deliverWithRetries(type, timing, (retry) => send(type, payload, retry)) };
}

function payloadOf(text: string): Json | undefined {
  if (text === '') return undefined;
  return text.startsWith('{') ? (JSON.parse(text) as Json) : { text };
}

function textsOf(payload: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
}
