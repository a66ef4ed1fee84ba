import { HTTPError } from 'discord.js';
import { expect, test } from 'vitest';
import { createPatience, isPassing } from '../../adapters/discord/patience.ts';

const failing = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const answered = (status: number) => new HTTPError(status, 'trouble', 'POST', 'https://discord.com/api', {});

test.each(['ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])(
  'a network that fails with %s is waited out',
  async (code) => {
    const tries: boolean[] = [];
    const answer = await createPatience(new AbortController().signal)(async (isRepeated) => {
      tries.push(isRepeated);
      if (!isRepeated) throw failing(code);
      return 'posted';
    });
    expect(answer).toBe('posted');
    expect(tries).toEqual([false, true]);
  },
);

test('what a server answers for good is not asked again', () => {
  expect([500, 502, 503, 504].map((status) => isPassing(answered(status)))).toEqual([true, true, true, true]);
  expect([answered(501), answered(404), failing('ERR_INVALID_URL'), 'no error'].map(isPassing)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
