import type { Json } from './workspace.ts';

export type EnvelopeType = 'events_api' | 'slash_commands' | 'interactive';

/** What became of one event. */
export interface Delivery {
  acked: boolean;
  /** What the acknowledgement carried: an ephemeral answer, options, a modal's errors. */
  payload: Json | undefined;
  /** From the first sending to the acknowledgement. */
  milliseconds: number;
  attempts: number;
}

/** How Slack's events reach the app: Socket Mode, or signed requests. */
export interface Transport {
  deliver(type: EnvelopeType, payload: Json): Promise<Delivery>;
}

/** Slack's clocks, scaled so that tests need not wait minutes. */
export interface DeliveryTiming {
  /** Slack waits three seconds for an acknowledgement. */
  ackMs: number;
  /** Events (alone) are sent again at about once, after one and after five minutes: https://docs.slack.dev/apis/events-api/#retries */
  retriesMs: readonly number[];
}

export const defaultTiming: DeliveryTiming = { ackMs: 3000, retriesMs: [100, 500, 1500] };

/** Sends until something acknowledges, as Slack does for events; commands and interactions are sent once. */
export async function deliverWithRetries(
  type: EnvelopeType,
  timing: DeliveryTiming,
  attempt: (retry: number) => Promise<{ acked: boolean; payload?: Json | undefined }>,
): Promise<Delivery> {
  const began = performance.now();
  const waits = type === 'events_api' ? timing.retriesMs : [];
  for (let retry = 0; ; retry++) {
    const { acked, payload } = await attempt(retry);
    const wait = waits[retry];
    if (acked || wait === undefined)
      return { acked, payload, milliseconds: performance.now() - began, attempts: retry + 1 };
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
