import type { SlackApi } from './api.ts';
import { isClosedToUs, isRefused, slackCode } from './failures.ts';

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

/** The app's own conversation with a person. Where it can't be opened, the person's id stands for it; nothing can be looked up there. */
export async function directChannel(api: SlackApi, user: string): Promise<string> {
  try {
    const { channel } = await api.repeat((client) => client.conversations.open({ users: user }));
    return channel?.id ?? user;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return user;
  }
}
