import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { BotError } from '../../src/errors.ts';
import type { ImageGenerator } from '../../src/generator/generator.ts';

/** What people read at each fault: what happened, and the remedy. */
const sayings = {
  unreachable: ['generator_failed', /can't be reached\. Check that it runs/],
  'wrong login': ['generator_failed', /refused the login\. Check /],
  timeout: ['generator_failed', /took longer than .* Ask for fewer or smaller pictures/],
  'crash in the middle': ['generator_failed', /broke off .* Try again/],
  'body cut off': ['generator_failed', /broke off .* Try again/],
  'wrong content type': ['generator_failed', /instead of JSON\. Check /],
  'no picture': ['generator_failed', /no whole PNG, JPEG or WebP picture\. Try again/],
  'too little memory for any size': ['generator_failed', /too little memory .* Ask for a smaller one/],
  'refused by moderation': ['refused', /moderation\. Change the prompt/],
  'no credits': ['generator_failed', /no credits left .* buy/],
  'too much to do': ['generator_failed', /too much to do\. Try again in /],
  'internal error': ['generator_failed', /failed \(status 500\)\. Try again/],
} as const satisfies Record<string, readonly [ErrorCode, RegExp]>;

export type GeneratorFault = keyof typeof sayings;

/** A generator whose next run meets the fault. */
export type GeneratorFaults = Partial<Record<GeneratorFault, () => ImageGenerator | Promise<ImageGenerator>>>;

export function describeFaults(faults: GeneratorFaults): void {
  const cases = Object.entries(sayings).flatMap(([fault, saying]) => {
    const provoke = faults[fault as GeneratorFault];
    return provoke ? [{ fault, code: saying[0], remedy: saying[1], provoke }] : [];
  });
  if (cases.length === 0) return;

  describe('at a fault of its server', () => {
    test.each(cases)('$fault: says what happened, and the remedy', async ({ code, remedy, provoke }) => {
      const generator = await provoke();
      const { width, height } = generator.limits.sizes?.[0] ?? { width: 512, height: 512 };
      const secret = 'a very private cat';
      const failure = await generator
        .generate({ prompt: secret, count: 1, seed: 1, width, height })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(BotError);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(remedy) });
      expect(everythingIn(failure)).not.toContain(secret);
    });
  });
}

/** What a log would show. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message} ${JSON.stringify(error)} ${everythingIn(error.cause)}`;
}
