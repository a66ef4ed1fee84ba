import type { Person } from '../../src/chat.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackApi } from './api.ts';

/** Who somebody is in the workspace. */
export interface Members {
  person(id: string, name?: string | undefined): Promise<Person>;
}

/** Milliseconds: roles change seldom, and Slack waits three seconds for an acknowledgement. */
const keptFor = 600_000;
const patience = 1500;

export function createMembers(api: SlackApi, log: Logger): Members {
  const known = new Map<string, { until: number; person: Promise<Person> }>();

  async function look(id: string): Promise<Person> {
    const { user } = await api.repeat((client) => client.users.info({ user: id }));
    const moderator = Boolean(user?.is_admin || user?.is_owner || user?.is_primary_owner);
    return { id, name: user?.profile?.display_name || user?.name || id, moderator };
  }

  function cached(id: string): Promise<Person> {
    const entry = known.get(id);
    if (entry && entry.until > Date.now()) return entry.person;
    const person = look(id).catch((error: unknown) => {
      known.delete(id);
      throw error;
    });
    known.set(id, { until: Date.now() + keptFor, person });
    return person;
  }

  return {
    /** Without an answer in time nobody is a moderator: rights are never guessed. */
    async person(id, name = id) {
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined).unref());
      try {
        return (await Promise.race([cached(id), late])) ?? { id, name };
      } catch (error) {
        log.warn({ err: error }, 'a member could not be looked up');
        return { id, name };
      }
    },
  };
}
