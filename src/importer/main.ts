import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type Config, loadConfig } from '../config.ts';
import { openEmbedder } from '../embedder/open.ts';
import { BotError, isAbort } from '../errors.ts';
import { createImageFiles } from '../images/choose.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, stopOnSignal } from '../operator.ts';
import { openState } from '../state.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { readArguments } from './arguments.ts';
import { findRunningBot } from './handover.ts';
import { type ImportEvent, type ImportRequest, runImport } from './job.ts';
import { showImport } from './progress.ts';
import { isWebAddress, openFile } from './source.ts';

/** Models side by side: each takes a core, and memory for its weights. */
const maxWorkers = 4;

interface Work {
  request: ImportRequest;
  config: Config;
  log: Logger;
  signal: AbortSignal;
  onEvent(event: ImportEvent): void;
}

await run();

async function run() {
  let log = createLog('info');
  const display = showImport();
  const signal = stopOnSignal();
  try {
    const request = readArguments(process.argv.slice(2));
    const config = loadConfig();
    log = createLog(config.logLevel, config.secrets);
    await importHereOrThere({ request, config, log, signal, onEvent: display.show });
  } catch (error) {
    display.stop();
    if (signal.aborted && isAbort(error)) process.exitCode = 130;
    else reportFailure(error, 'the import', log);
  }
  process.exit();
}

/** The embedded database serves one process: while that is the bot, the bot does the work. */
async function importHereOrThere(work: Work): Promise<void> {
  const { dataDir, clickhouseUrl, vectorIndex } = work.config;
  const stopped = trackStop(work);
  // A wrong name is told before anything is loaded.
  for (const file of work.request.files) if (!isWebAddress(file)) await openFile(file);
  try {
    const database = await openDatabase({ dataDir, clickhouseUrl, vectorIndex, log: work.log });
    await importHere(database, stopped.work);
  } catch (error) {
    if (!(error instanceof BotError && error.code === 'database_locked')) throw error;
    const bot = await findRunningBot(dataDir);
    if (!bot) throw error;
    console.error('The bot is running; it does the import.');
    await bot.runImport(work.request, stopped.work);
  }
  if (stopped.wasStopped()) process.exitCode = 130;
}

function trackStop(work: Work) {
  let stopped = false;
  const onEvent = (event: ImportEvent) => {
    if (event.kind === 'done') stopped = event.stopped;
    work.onEvent(event);
  };
  return { work: { ...work, onEvent }, wasStopped: () => stopped };
}

async function importHere(database: Database, { request, config, log, signal, onEvent }: Work): Promise<void> {
  const { dataDir, clipModel, hubUrl, maxImageBytes } = config;
  try {
    const storedModel = await database.storedModel();
    const workers = Math.min(maxWorkers, availableParallelism());
    const { embedder, notice } = await openEmbedder({ clipModel, storedModel, hubUrl, dataDir, log, signal, workers });
    if (notice) log.info(notice);
    const state = openState(path.join(dataDir, 'state'));
    try {
      const store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
      const images = await createImageFiles(config, log);
      await runImport(request, { store, embedder, images, state, dataDir, maxImageBytes, log, signal, onEvent });
    } finally {
      await embedder.close();
      await state.close();
    }
  } finally {
    await database.close();
  }
}
