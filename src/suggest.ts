import type { Suggestion } from './chat.ts';
import type { HashUser } from './identity.ts';
import type { Outbox } from './outbox.ts';
import type { PromptStore } from './store/store.ts';

// Discord's limit, the smallest of the platforms.
const mostSuggestions = 25;
const searched = 200;

/** Completes the text of /prompt with what the asker typed here before, newest first. */
export function createSuggest(parts: { store: PromptStore; outbox: Outbox; hashUser: HashUser }) {
  const { store, outbox, hashUser } = parts;
  return async ({ command, option, typed, scope, person }: Suggestion): Promise<string[]> => {
    if (command !== 'prompt' || option !== 'text') return [];
    await outbox.settled();
    const wanted = typed.trim().toLowerCase();
    const past = await store.history(scope, hashUser(scope, person.id), { limit: searched });
    const matching = past.map(({ asked }) => asked).filter((asked) => asked.toLowerCase().includes(wanted));
    return [...new Set(matching)].slice(0, mostSuggestions);
  };
}
