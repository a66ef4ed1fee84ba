import type { PromptStore } from '../store/store.ts';

/** Tells the store how many new rows an import has, over all its files, until they are so many that it loads without the index. */
export interface BulkLoad {
  /** Before so many more are stored. */
  expect(newRows: number): Promise<void>;
}

export function createBulkLoad(store: Pick<PromptStore, 'beginBulkLoad'>): BulkLoad {
  let rows = 0;
  let isBulk = false;
  return {
    async expect(newRows) {
      rows += newRows;
      if (newRows > 0 && !isBulk) isBulk = await store.beginBulkLoad({ rows });
    },
  };
}
