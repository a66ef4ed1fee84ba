import type { Suggestion } from './chat.ts';
import type { HashUser } from './identity.ts';
import type { PromptStore } from './store/store.ts';

// Discord's limit, the smallest of the platforms.
const mostSuggestions = 25;
const searched = 200;

/** Completes the text of /prompt with what the asker typed here before, newest first. */
export function createSuggest({ store, hashUser }: { store: PromptStore; hashUser: HashUser }) {
  return async ({ command, option, typed, scope, person }: Suggestion): Promise<string[]> => {
    if (command !== 'prompt' || option !== 'text') return [];
    const wanted = typed.trim().toLowerCase();
    const past = await store.history(scope, hashUser(scope, person.id), { limit: searched });
    const matching = past.map(({ asked }) => asked).filter((asked) => asked.toLowerCase().includes(wanted));
    return [...new Set(matching)].slice(0, mostSuggestions);
  };
}
