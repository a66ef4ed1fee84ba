import { afterEach, beforeEach, describe } from 'vitest';
import type { PromptStore } from '../../src/store/store.ts';
import { bulkContract } from './store-bulk.ts';
import { deletionContract } from './store-deletion.ts';
import { generationContract } from './store-generations.ts';
import { importContract } from './store-import.ts';
import { searchContract } from './store-search.ts';
import { textContract } from './store-texts.ts';

export interface OpenStore {
  store: PromptStore;
  /** False where the index can't be left out, as on distributed tables. */
  loadsInBulk?: boolean;
  close(): Promise<void>;
}

/** What every prompt store must do; `open` gives an empty one. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(name, () => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const store = () => opened.store;
    describe('import', () => importContract(store));
    describe('bulk load', () => bulkContract(store, () => opened.loadsInBulk ?? true));
    describe('search', () => searchContract(store));
    describe('generations', () => generationContract(store));
    describe('deletion', () => deletionContract(store));
    describe('texts', () => textContract(store));
  });
}
