import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { BotError } from '../../src/errors.ts';
import type { ImageGenerator } from '../../src/generator/generator.ts';

/** What people read at each fault: what happened, and what they can do; and what the operator finds in the log, where that is more. */
const sayings = {
  unreachable: ['generator_failed', /can't be reached; .*operator/, /can't be reached\. Check that it runs/],
  'wrong login': ['generator_failed', /did not let this bot in; .*operator/, /refused the login: check /],
  timeout: ['generator_failed', /took longer than .* Ask for fewer or smaller pictures/, /stuck/],
  'crash in the middle': ['generator_failed', /broke off .* Try again/, /own log/],
  'body cut off': ['generator_failed', /broke off .* Try again/, /own log/],
  'wrong content type': ['generator_failed', /instead of JSON; .*operator/, /instead of JSON\. Check /],
  'no picture': ['generator_failed', /no whole PNG, JPEG or WebP picture\. Try again/, /own log/],
  'too little memory for any size': ['generator_failed', /too little memory .* Ask for a smaller one/, /Free memory/],
  'refused by moderation': ['refused', /moderation\. Change the prompt/, undefined],
  'no credits': ['generator_failed', /no credits left .*; .*operator/, /Buy some/],
  'too much to do': ['generator_failed', /too much to do\. Try again in /, undefined],
  'internal error': ['generator_failed', /failed\. Try again/, /failed \(status 500\)/],
} as const satisfies Record<string, readonly [ErrorCode, RegExp, RegExp | undefined]>;

export type GeneratorFault = keyof typeof sayings;

/** A generator whose next run meets the fault. */
export type GeneratorFaults = Partial<Record<GeneratorFault, () => ImageGenerator | Promise<ImageGenerator>>>;

/** Generators whose servers repeat what was asked in every text of an error that they send, by the kinds of errors. */
export type EchoingServers = Readonly<Record<string, (prompt: string) => ImageGenerator | Promise<ImageGenerator>>>;

/** What no chat member can do anything about: names of settings, options, commands and files. */
const jargon = /[A-Z]{2,}_[A-Z_]+|\b\w+=|--\w|\/sdapi|npm |(?:check|correct) (?:the|its) (?:address|login|user)/i;
const secret = 'a very private cat';

export function describeFaults(faults: GeneratorFaults): void {
  const cases = Object.entries(sayings).flatMap(([fault, [code, message, forOperator]]) => {
    const provoke = faults[fault as GeneratorFault];
    return provoke ? [{ fault, code, message, forOperator, provoke }] : [];
  });
  if (cases.length === 0) return;

  describe('at a fault of its server', () => {
    test.each(cases)('$fault: says what happened, and the remedy', async ({ code, message, forOperator, provoke }) => {
      const failure = await failureOf(await provoke());
      expect(failure).toBeInstanceOf(BotError);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(failure).toMatchObject({ message: expect.not.stringMatching(jargon) });
      if (forOperator) expect(failure).toMatchObject({ forOperator: expect.stringMatching(forOperator) });
      expect(logged(failure)).not.toContain(secret);
    });
  });
}

/** No word of a prompt leaves by an error: neither to people nor into the log. */
export function describeDiscretion(name: string, servers: EchoingServers): void {
  describe(`${name}: an error that repeats the prompt`, () => {
    test.each(Object.entries(servers))('%s: shows and logs nothing of it', async (_, start) => {
      const failure = await failureOf(await start(secret));
      expect(failure).toBeInstanceOf(BotError);
      expect(failure).toMatchObject({ message: expect.not.stringMatching(jargon) });
      expect(logged(failure)).not.toContain(secret);
    });
  });
}

async function failureOf(generator: ImageGenerator): Promise<unknown> {
  const { width, height } = generator.limits.sizes?.[0] ?? { width: 512, height: 512 };
  return generator.generate({ prompt: secret, count: 1, seed: 1, width, height }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** As the log shows it, with causes and stacks. */
export function logged(error: unknown): string {
  const lines: string[] = [];
  pino({ level: 'info' }, { write: (line) => lines.push(line) }).warn({ err: error });
  return lines.join('');
}
