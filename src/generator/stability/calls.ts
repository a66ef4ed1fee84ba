import PQueue from 'p-queue';

const callsAtOnce = 3;

/** What came of the calls of one run. */
export interface CallsEnd<Value> {
  /** In the order of their indices; those that failed or were not begun are left out. */
  values: Value[];
  /** In the order in which they came. */
  failures: unknown[];
}

/**
 * Makes `count` calls, a few at once. After a failure no further one is begun, but those that were sent are waited for:
 * they are paid for. Never throws.
 */
export async function makeCalls<Value>(
  count: number,
  call: (index: number) => Promise<Value>,
): Promise<CallsEnd<Value>> {
  const queue = new PQueue({ concurrency: callsAtOnce });
  const found: { index: number; value: Value }[] = [];
  const failures: unknown[] = [];
  await queue.addAll(
    Array.from({ length: count }, (_, index) => async () => {
      if (failures.length > 0) return;
      await call(index).then(
        (value) => found.push({ index, value }),
        (error: unknown) => failures.push(error),
      );
    }),
  );
  return { values: found.sort((one, other) => one.index - other.index).map(({ value }) => value), failures };
}
