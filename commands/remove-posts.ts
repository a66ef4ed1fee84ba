import type { MessageRef } from '../src/chat.ts';
import type { JobContext } from '../src/command.ts';
import { BotError } from '../src/errors.ts';

/** Removes every message that can be removed. Returns the reasons of those that can't, one each. */
export async function removePosts(context: JobContext, posts: readonly MessageRef[]): Promise<string[]> {
  const reasons: string[] = [];
  for (const post of posts) {
    try {
      await context.remove(post);
    } catch (error) {
      if (!(error instanceof BotError)) throw error;
      context.log.warn({ err: error }, 'a message could not be removed');
      reasons.push(error.message);
    }
  }
  return reasons;
}

/** What was done, and how many messages stay with the first reason. */
export function withLeftBehind(done: string, [reason, ...more]: readonly string[]): string {
  if (reason === undefined) return done;
  const stay = more.length === 0 ? 'One message stays' : `${more.length + 1} messages stay`;
  return `${done} ${stay} where I can not remove it any more: ${reason}`;
}
