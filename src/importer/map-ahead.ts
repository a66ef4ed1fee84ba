/**
 * Maps in order, `width` items at a time, and takes no more from the source than that: what comes after sets the pace.
 * When it is left early, or one fails, what still runs is left to itself.
 */
export async function* mapAhead<Item, Result>(
  items: AsyncIterable<Item>,
  width: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const source = items[Symbol.asyncIterator]();
  const running: Promise<Result>[] = [];
  let ended = false;
  try {
    for (;;) {
      while (!ended && running.length < width) {
        const next = await source.next();
        if (next.done) ended = true;
        else running.push(quietly(map(next.value)));
      }
      const first = running.shift();
      if (!first) return;
      yield await first;
    }
  } finally {
    await source.return?.();
  }
}

/** A failure counts when its turn comes, and not as unhandled before. */
function quietly<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
