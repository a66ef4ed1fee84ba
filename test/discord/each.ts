import { afterEach, beforeEach } from 'vitest';
import type { Card, Invocation, Thread } from '../../src/chat.ts';
import { type Harness, type HarnessOptions, startHarness, testPicture } from './harness.ts';

/** Starts a harness before each test of a file, and ends it after; `take` is given it. */
export function harnessForEach(take: (harness: Harness) => void, options: HarnessOptions = {}): void {
  let open: Harness;
  beforeEach(async () => {
    open = await startHarness(options);
    take(open);
  });
  afterEach(() => open.close());
}

export function say(text: string, more: Partial<Card> = {}): Card {
  return { text, actions: [], ...more };
}

/** The conversation that an invocation is answered in. */
export function threadOf(harness: Harness, { thread }: Pick<Invocation, 'thread'>): Thread {
  return harness.adapter().thread(thread);
}

/** A card with so many pictures of one square, or of the bytes given. */
export async function pictureCard({ images }: Harness, count: number, bytes?: Buffer): Promise<Card> {
  const key = await images.put(bytes ?? (await testPicture('teal')));
  const picture = { key, alt: 'a teal square', width: 64, height: 64 };
  return say('a teal square', {
    images: Array.from({ length: count }, (_, seed) => ({ ...picture, seed })),
    actions: [{ id: 'again:g', label: 'Again', emoji: '🔁' }],
  });
}
