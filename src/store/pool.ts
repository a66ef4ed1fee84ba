interface Pool<Item> {
  /** Runs the work with the item that has least to do. */
  use<Value>(work: (item: Item) => Promise<Value>): Promise<Value>;
}

/** Spreads work over several equal items (clients, connections), of which there is at least one. */
export function createPool<Item>(items: readonly Item[]): Pool<Item> {
  const slots = items.map((item) => ({ item, busy: 0 }));
  return {
    async use(work) {
      const slot = slots.reduce((least, other) => (other.busy < least.busy ? other : least));
      slot.busy++;
      try {
        return await work(slot.item);
      } finally {
        slot.busy--;
      }
    },
  };
}
