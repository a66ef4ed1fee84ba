import type { Check } from '../doctor.ts';
import { BotError } from '../errors.ts';
import { askOnce } from './redis.ts';

const leastVersion = [6, 2] as const;

/** Whether Redis answers, is new enough, and keeps what it is told. */
export async function checkRedis(url: string): Promise<Check> {
  const name = 'Redis';
  try {
    return { name, ...judge(readInfo(await askOnce(url, (redis) => redis.info()))) };
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return { name, ok: false, detail: error.message };
  }
}

type Info = ReadonlyMap<string, string>;

/** The lines `field:value` of INFO: https://redis.io/docs/latest/commands/info/. */
function readInfo(text: string): Info {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, field, value] = /^(\w+):(.*)$/.exec(line) ?? [];
      return field === undefined || value === undefined ? [] : [[field, value] as const];
    }),
  );
}

function judge(info: Info): Omit<Check, 'name'> {
  const version = info.get('redis_version') ?? '';
  const policy = info.get('maxmemory_policy');
  if (isOlder(version))
    return { ok: false, detail: `version ${version}`, remedy: `Update it to ${leastVersion.join('.')} or newer.` };
  if (policy !== undefined && policy !== 'noeviction')
    return {
      ok: false,
      detail: `version ${version}, drops requests when its memory is full (maxmemory-policy ${policy})`,
      remedy: 'Set maxmemory-policy noeviction in its configuration.',
    };
  if (info.get('aof_enabled') === '0')
    return {
      ok: true,
      isDoubtful: true,
      detail: `version ${version}, loses what it was last told when it stops`,
      remedy: 'Set appendonly yes in its configuration.',
    };
  return { ok: true, detail: `version ${version}, keeps what it is told` };
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1]);
}
