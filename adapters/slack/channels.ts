import type { SlackApi } from './api.ts';
import { isClosedToUs, slackCode } from './failures.ts';

/** Joins a public channel that we were asked in, and runs again. Elsewhere somebody has to invite us, so the error stays. */
export async function joiningIfNeeded<Value>(
  api: SlackApi,
  channel: string,
  run: () => Promise<Value>,
): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (slackCode(error) !== 'not_in_channel') throw error;
    await api
      .repeat((client) => client.conversations.join({ channel }))
      .catch((refusal: unknown) => {
        throw isClosedToUs(refusal) ? refusal : error;
      });
    return run();
  }
}
