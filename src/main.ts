import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createWebAdapter } from '../adapters/web/web.ts';
import { actions, commands } from '../commands/index.ts';
import { aborted } from './aborted.ts';
import type { Adapter } from './chat.ts';
import { type Config, loadConfig } from './config.ts';
import { type Core, openCore, type SearchQuery, stopGraceMs } from './core.ts';
import { BotError } from './errors.ts';
import { createLog, type Logger } from './log.ts';
import { packageRoot } from './paths.ts';

const localScope = 'web:local';

await run();

async function run() {
  let log = createLog('info');
  try {
    const config = loadConfig();
    log = createLog(config.logLevel, config.secrets);
    for (const warning of config.warnings) log.warn(warning);
    await start(config, log);
  } catch (error) {
    reportFatal(error, log);
    process.exit(1);
  }
}

async function start(config: Config, log: Logger) {
  const stopping = new AbortController();
  stopOnSignal(stopping);
  const onFatal = (error: BotError) => {
    if (!stopping.signal.aborted) log.warn({ code: error.code }, `stopping: ${error.message}`);
    stopping.abort(error);
  };
  const core = await openCore({ config, log, commands, actions, signal: stopping.signal, onFatal });
  const adapters = await createAdapters(config, core, log, onFatal);
  try {
    await serve(core, adapters, log, stopping.signal);
  } finally {
    await Promise.all(adapters.map((adapter) => adapter.stop()));
    // The model's worker must end by itself: a process that exits under it is aborted.
    await core.stop();
  }
  process.exit(0);
}

async function serve(core: Core, adapters: readonly Adapter[], log: Logger, signal: AbortSignal) {
  for (const adapter of adapters) await adapter.start(core.handler);
  core.start(adapters);
  await aborted(signal);
  if (signal.reason instanceof BotError) throw signal.reason;
  log.info('stopping: the jobs under way are finished or kept for the next start');
}

/**
 * `onFatal` hears of what no retry can mend, such as a token that was taken back. The libraries of the platforms are large: who
 * has no token need not wait for them.
 */
async function createAdapters(
  config: Config,
  core: Core,
  log: Logger,
  onFatal: (error: BotError) => void,
): Promise<Adapter[]> {
  const { discord, slack, maxImageBytes } = config;
  const { adultPlaces } = config.moderation;
  const { state, images } = core;
  const shared = (name: string) => ({ state, images, maxImageBytes, onFatal, log: log.child({ adapter: name }) });
  const about = () => ({ version: readVersion(), engine: core.engine, model: core.model, notices: core.notices() });
  const search = (query: SearchQuery, options: { limit: number; signal: AbortSignal }) =>
    core.search(query, { scope: localScope, ...options });
  const page = { ...config.web, ...shared('web'), scope: localScope, isForAdults: adultPlaces.web, search, about };
  const adapters: Adapter[] = [createWebAdapter(page)];
  if (discord) {
    const { createDiscordAdapter } = await import('../adapters/discord/discord.ts');
    adapters.push(createDiscordAdapter({ ...discord, ...shared('discord') }));
  }
  if (slack) {
    const { createSlackAdapter } = await import('../adapters/slack/adapter.ts');
    const { slackChannels: adultChannels } = adultPlaces;
    adapters.push(createSlackAdapter({ ...slack, ...shared('slack'), adultChannels, stopGraceMs }));
  }
  return adapters;
}

function readVersion(): string {
  const text = readFileSync(path.join(packageRoot, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** The first signal asks to stop, also where the bot is stopping by itself; a second one insists. */
function stopOnSignal(stopping: AbortController) {
  let isAsked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isAsked) process.exit(130);
      isAsked = true;
      stopping.abort();
    });
  }
}

/** An operator reads what is wrong and what to do; the stack is for what nobody foresaw. */
function reportFatal(error: unknown, log: Logger) {
  if (error instanceof BotError) {
    log.debug({ err: error }, 'stopped by an error');
    console.error(`\nPromptory stops: ${error.message}\n`);
  } else {
    log.fatal({ err: error }, 'Promptory stopped on an unexpected error');
  }
}
