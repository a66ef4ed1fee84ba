import { type App, LogLevel } from '@slack/bolt';
import type { Logger } from '../../src/log.ts';

type BoltLogger = App['logger'];

/** Bolt's log lines as ours. Its debug lines carry whole messages, so they count as `trace`. */
export function createBoltLogger(log: Logger): BoltLogger {
  const text = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: (...parts) => log.trace(text(parts)),
    info: (...parts) => log.debug(text(parts)),
    warn: (...parts) => log.warn(text(parts)),
    error: (...parts) => log.error(text(parts)),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}
