import type { CallOptions } from '../embedder/embedder.ts';
import type { PromptStore } from '../store/store.ts';
import { normalisePrompt } from './prompt-hash.ts';
import type { ImportRow } from './records.ts';
import { createTextSet } from './text-set.ts';

/** What the database has, and what this import has met: about 60 MB for a million rows. */
export interface Known {
  /** `new` once for an id and a prompt; after that `id` (stored or met with this id) or `prompt` (under another id). */
  meet(row: Pick<ImportRow, 'id' | 'prompt'>): 'new' | 'id' | 'prompt';
}

/** Reads the ids and prompts of the corpus, so that no row has to be looked up by itself. */
export async function loadKnown(store: Pick<PromptStore, 'listCorpus'>, options?: CallOptions): Promise<Known> {
  const ids = createTextSet();
  const prompts = createTextSet();
  for await (const page of store.listCorpus(options)) {
    for (const { id, prompt } of page) {
      ids.add(id);
      prompts.add(normalisePrompt(prompt));
    }
  }
  return {
    meet({ id, prompt }) {
      if (ids.has(id)) return 'id';
      if (!prompts.add(normalisePrompt(prompt))) return 'prompt';
      ids.add(id);
      return 'new';
    },
  };
}
