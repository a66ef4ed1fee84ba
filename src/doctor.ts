import { access, constants, statfs } from 'node:fs/promises';
import path from 'node:path';
import { checkDiscord } from '../adapters/discord/doctor.ts';
import { checkSlack } from '../adapters/slack/doctor.ts';
import { commands } from '../commands/index.ts';
import { type Config, loadConfig } from './config.ts';
import { checkModel } from './embedder/doctor.ts';
import { BotError } from './errors.ts';
import { checkBackends } from './generator/doctor.ts';
import { checkBucket } from './images/doctor.ts';
import { createLog } from './log.ts';
import { makeFolder } from './make-folder.ts';
import { checkModeration } from './moderation/doctor.ts';
import { checkRedis } from './queue/doctor.ts';
import { checkDatabase } from './store/doctor.ts';

/** One thing that must be right for the bot to run, and what to do where it is not. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  remedy?: string;
  /** Nothing fails by it, and yet it deserves a look. */
  isDoubtful?: boolean;
}

// Models, the embedded database's first parts and some pictures.
const leastFreeBytes = 1024 ** 3;

await run();

async function run() {
  const checks = await checkAll();
  for (const check of checks) print(check);
  process.exit(checks.every(({ ok }) => ok) ? 0 : 1);
}

async function checkAll(): Promise<Check[]> {
  const name = 'Settings';
  try {
    const config = loadConfig();
    const { warnings, image, s3, queue } = config;
    return [
      { name, ok: true, detail: 'read without a fault' },
      ...warnings.map((detail) => ({ name, ok: true, isDoubtful: true, detail })),
      await checkDataFolder(config),
      ...(await checkMemory(config)),
      ...(queue.redisUrl ? [await checkRedis(queue.redisUrl)] : []),
      ...(s3 ? [await checkBucket(s3)] : []),
      ...(await checkBackends(image)),
      ...(await checkModeration(config)),
      ...(await checkPlatforms(config)),
    ];
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return [{ name, ok: false, detail: error.message }];
  }
}

async function checkMemory(config: Config): Promise<Check[]> {
  const { check, storedModel, isClosed } = await checkDatabase(config);
  // Which model an unset CLIP_MODEL means, the database alone tells.
  if (isClosed && config.clipModel === undefined) return [check];
  return [check, ...(await checkModel({ ...config, storedModel, log: createLog('silent', config.secrets) }))];
}

async function checkPlatforms({ discord, slack, secrets }: Config): Promise<Check[]> {
  // What the platforms' own clients say is in the checks.
  const log = createLog('silent', secrets);
  return [
    ...(discord ? await checkDiscord({ ...discord, commands }) : []),
    ...(slack ? await checkSlack({ ...slack, log }) : []),
  ];
}

async function checkDataFolder({ dataDir }: Config): Promise<Check> {
  const folder = path.resolve(dataDir);
  const name = 'Data folder';
  const remedy = 'Set DATA_DIR to a folder that is yours and has a gigabyte of room.';
  try {
    makeFolder(folder);
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = `${folder}, ${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free`;
    return bavail * bsize >= leastFreeBytes
      ? { name, ok: true, detail: free }
      : { name, ok: false, detail: free, remedy };
  } catch {
    return { name, ok: false, detail: `${folder} can't be written to`, remedy };
  }
}

function print({ name, ok, isDoubtful = false, detail, remedy }: Check) {
  const mark = isDoubtful ? '!' : '✓';
  console.log(`${ok ? mark : '✗'} ${name}: ${detail}`);
  if ((!ok || isDoubtful) && remedy) console.log(`  ${remedy}`);
}
