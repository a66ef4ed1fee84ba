import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/queue/encoding.ts';
import { nextReset, parseResetTime, quotaDay, quotaExceeded } from '../../src/queue/quota.ts';
import { openBot } from '../commands/bot.ts';

const berlin = { hour: 4, minute: 30, timeZone: 'Europe/Berlin' };

describe('the quota', () => {
  it.each([
    ['00:00 UTC', { hour: 0, minute: 0, timeZone: 'UTC' }],
    ['4:30 Europe/Berlin', berlin],
    ['23:59', { hour: 23, minute: 59, timeZone: 'UTC' }],
    ['24:00', undefined],
    ['12:60 UTC', undefined],
    ['00:00 Nowhere/Else', undefined],
    ['noon', undefined],
  ])('reads the reset time %s', (text, expected) => {
    expect(parseResetTime(text)).toEqual(expected);
  });

  it('begins its day at the reset time of the zone', () => {
    expect(quotaDay(new Date('2026-01-10T03:29:00Z'), berlin)).toBe('2026-01-09');
    expect(quotaDay(new Date('2026-01-10T03:30:00Z'), berlin)).toBe('2026-01-10');
  });

  it.each([
    ['winter', '2026-01-10T12:00:00Z', '2026-01-11T03:30:00.000Z'],
    ['the day of 23 hours', '2026-03-28T12:00:00Z', '2026-03-29T02:30:00.000Z'],
    ['the day of 25 hours', '2026-10-24T12:00:00Z', '2026-10-25T03:30:00.000Z'],
  ])('knows when it resets in %s', (_, now, expected) => {
    expect(nextReset(new Date(now), berlin).toISOString()).toBe(expected);
  });

  it('resets within 25 hours, at a moment that begins another day', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
        fc.nat(23),
        fc.nat(59),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland'),
        (now, hour, minute, timeZone) => {
          const reset = { hour, minute, timeZone };
          const next = nextReset(now, reset);
          expect(next.getTime() - now.getTime()).toBeLessThanOrEqual(26 * 60 * 60_000);
          expect(next > now).toBe(true);
          expect(quotaDay(next, reset)).not.toBe(quotaDay(now, reset));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says in minutes when the reset is near', () => {
    const error = quotaExceeded({ daily: 4, reset: berlin }, 4, 1, new Date('2026-01-10T03:00:00Z'));
    expect(error.message).toMatch(/Come back at 04:30 Europe\/Berlin, in about 30 minutes/);
  });

  it('counts the pictures that the best is chosen of when they are asked for', async () => {
    const bot = await openBot({ quota: { daily: 3, reset: berlin } });
    await expect(bot.say('prompt', { text: 'a cat', raw: true, best: true })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    expect(await bot.say('prompt', { text: 'a cat', raw: true, best: true, count: 3 })).not.toEqual([]);
    await bot.close();
  });

  it('counts what a run makes, and gives back what fails', { timeout: 120_000 }, async () => {
    let fails = true;
    const quota = { daily: 4, reset: { hour: 0, minute: 0, timeZone: 'UTC' } };
    const bot = await openBot({
      quota,
      onDraw: () => {
        if (fails) throw new Error('no power');
      },
    });
    await bot.say('prompt', { text: 'a cat', count: 4 });
    fails = false;
    await bot.say('prompt', { text: 'a cat', count: 3 });
    await expect(bot.say('prompt', { text: 'a cat', count: 2 })).rejects.toMatchObject({
      code: 'quota_exceeded',
      message: /^You have 1 of your 4 pictures left today/,
    });
    await bot.say('prompt', { text: 'a cat', count: 2 }, { moderator: true });
    await bot.say('prompt', { text: 'a cat', count: 2 }, { person: 'bob' });
    await bot.say('help');
    await bot.close();
  });
});

describe('what the shared queue keeps', () => {
  it('comes back as it was', () => {
    const special = fc.oneof(
      fc.date({ noInvalidDate: true }),
      fc.float32Array({ noNaN: true }),
      fc.uint8Array(),
      fc.record({ $type: fc.string(), value: fc.string() }),
    );
    const tree = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), special),
      node: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b', '$type', 'value'), tie('node'), { noNullPrototype: true }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (data) => {
        expect(decode(encode(data))).toEqual(data);
      }),
    );
    expect(decode(encode(undefined))).toBeUndefined();
  });
});
