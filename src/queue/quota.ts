import { BotError } from '../errors.ts';

/** A time of day in a time zone. */
export interface ResetTime {
  hour: number;
  minute: number;
  timeZone: string;
}

/**
 * The rule of what counts: a request counts with the pictures it asks for when it is accepted, and with those it was shown once it
 * has ended. So everything is given back that its asker did not get: what failed, what was withheld, what a backend makes no more
 * of, what was cancelled before its turn. But what they did themselves stays counted as asked: a request that a rule refuses,
 * or else rules could be probed for free, and one that was cancelled after it was begun, since its work was spent.
 */
export interface Quota {
  /** Pictures a person may ask for in a day and scope. */
  daily: number;
  reset: ResetTime;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Reads `04:30 Europe/Berlin`; without a zone it is UTC. Undefined for what is no such time. */
export function parseResetTime(text: string): ResetTime | undefined {
  const [, hour, minute, timeZone = 'UTC'] = /^([01]?\d|2[0-3]):([0-5]\d)(?:\s+(\S+))?$/.exec(text.trim()) ?? [];
  if (hour === undefined || minute === undefined || !isTimeZone(timeZone)) return undefined;
  return { hour: Number(hour), minute: Number(minute), timeZone };
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** The quota's day that a moment belongs to, as `2026-03-29`: it begins at the reset time, not at midnight. */
export function quotaDay(now: Date, { hour, minute, timeZone }: ResetTime): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour: localHour = 0, minute: localMinute = 0 } = parts;
  const wallClock = Date.UTC(year, month - 1, day, localHour - hour, localMinute - minute);
  return new Date(wallClock).toISOString().slice(0, 10);
}

/** When the quota's next day begins, to the minute. A day of the clock change has 23 or 25 hours, so it is searched for. */
export function nextReset(now: Date, reset: ResetTime): Date {
  const today = quotaDay(now, reset);
  let before = Math.floor(now.getTime() / minuteMs);
  let after = before + (dayMs + 120 * minuteMs) / minuteMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (quotaDay(new Date(middle * minuteMs), reset) === today) before = middle;
    else after = middle;
  }
  return new Date(after * minuteMs);
}

/** Says how many are left, and when there are more. */
export function quotaExceeded({ daily, reset }: Quota, used: number, pictures: number, now: Date): BotError {
  const left = Math.max(0, daily - used);
  const hours = (nextReset(now, reset).getTime() - now.getTime()) / (60 * minuteMs);
  const wait = hours < 1.5 ? `${Math.ceil(hours * 60)} minutes` : `${Math.round(hours)} hours`;
  const asked = pictures === 1 ? 'this asks for 1' : `this asks for ${pictures}`;
  const fewer = left > 0 ? 'Ask for fewer, or come' : 'Come';
  return new BotError(
    'quota_exceeded',
    `You have ${left} of your ${daily} pictures left today, and ${asked}. ${fewer} back at ${clockOf(reset)}, in about ${wait}.`,
  );
}

function clockOf({ hour, minute, timeZone }: ResetTime): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')} ${timeZone}`;
}
