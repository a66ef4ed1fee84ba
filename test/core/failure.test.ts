import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { BotError, type ErrorCode } from '../../src/errors.ts';
import { explainFailure } from '../../src/failure.ts';

/** What the log has of a failure, with everything at every level. */
function logged(error: unknown): { level: string; line: string; shown: BotError } {
  let line = '';
  const formatters = { level: (level: string) => ({ level }) };
  const log = pino({ level: 'trace', formatters }, { write: (text) => (line += text) });
  const shown = explainFailure(error, log);
  return { level: JSON.parse(line).level, line, shown };
}

describe('the log', () => {
  test.each<ErrorCode>([
    'refused',
    'quota_exceeded',
    'queue_full',
    'too_many_requests',
    'invalid_input',
    'forbidden',
    'not_found',
    'too_large',
    'unsupported_image',
  ])('has of an ordinary refusal its code alone: %s', (code) => {
    const error = new BotError(code, 'No: “a secret wish”.', { cause: new Error('a secret wish, too') });
    const { level, line, shown } = logged(error);
    expect([level, shown]).toEqual(['info', error]);
    expect(line).toContain(`"code":"${code}"`);
    expect(line).not.toMatch(/secret wish|stack/);
  });

  test.each<ErrorCode>(['generator_failed', 'database_unavailable', 'disk_full', 'internal', 'invalid_settings'])(
    'has what failed with its cause: %s',
    (code) => {
      const { level, line } = logged(new BotError(code, 'It failed.', { cause: new Error('socket hang up') }));
      expect(level).toBe('warn');
      expect(line).toMatch(/"stack":"[^"]*\\n +at .*socket hang up/);
    },
  );

  test('has what nobody foresaw, under the reference that people are told', () => {
    const { level, line, shown } = logged(new TypeError('x is undefined'));
    expect(level).toBe('error');
    expect(line).toMatch(/x is undefined.*\\n +at /);
    expect(shown.message).not.toContain('undefined');
    expect(line).toContain(/ref (\w+)/.exec(shown.message)?.[1]);
  });
});
