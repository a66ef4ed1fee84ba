import type { Suggestion } from './chat.ts';
import type { ModelList } from './generator/model-list.ts';
import type { HashUser } from './identity.ts';
import type { Outbox } from './outbox.ts';
import type { PromptStore } from './store/store.ts';

// Discord's limit, the smallest of the platforms.
const mostSuggestions = 25;
const searched = 200;

interface SuggestParts {
  store: PromptStore;
  outbox: Outbox;
  hashUser: HashUser;
  models: ModelList;
}

/** Completes the text of /prompt with what the asker typed here before, newest first, and its model with those there are. */
export function createSuggest({ store, outbox, hashUser, models }: SuggestParts) {
  return async ({ command, option, typed, scope, person }: Suggestion): Promise<string[]> => {
    if (command !== 'prompt') return [];
    if (option === 'text') return matching(await textsOf(scope, person.id), typed);
    if (option === 'model') return matching(await knownModels(), typed);
    return [];
  };

  async function textsOf(scope: string, person: string): Promise<string[]> {
    await outbox.settled();
    const past = await store.history(scope, hashUser(scope, person), { limit: searched });
    return past.map(({ asked }) => asked);
  }

  /** The last list known where the backend is slow or out of reach. */
  function knownModels(): Promise<readonly string[]> {
    return models.fresh().catch(() => models.known() ?? []);
  }
}

function matching(known: readonly string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  return [...new Set(known.filter((text) => text.toLowerCase().includes(wanted)))].slice(0, mostSuggestions);
}
