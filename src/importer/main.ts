import { type Config, loadConfig } from '../config.ts';
import { manyWorkers } from '../embedder/clip.ts';
import { openEmbedder } from '../embedder/open.ts';
import { isAbort } from '../errors.ts';
import { hereOrInBot } from '../handover/running-bot.ts';
import type { WorkOptions } from '../handover/work.ts';
import { createImageFiles } from '../images/choose.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, reportStop, stopOnSignal } from '../operator.ts';
import { withDatabase } from '../with-database.ts';
import { readArguments } from './arguments.ts';
import { type ImportEvent, type ImportRequest, importWork, runImport } from './job.ts';
import { showImport } from './progress.ts';
import { isWebAddress, openFile } from './source.ts';

interface ImportCommand extends WorkOptions<ImportEvent> {
  request: ImportRequest;
  config: Config;
  log: Logger;
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
    // A wrong name is told before anything is loaded.
    for (const file of request.files) if (!isWebAddress(file)) await openFile(file);
    const isStopped = await importHereOrThere({ request, config, log, signal, onEvent: display.show });
    if (isStopped) process.exitCode = 130;
  } catch (error) {
    display.stop();
    if (signal.aborted && isAbort(error)) reportStop();
    else reportFailure(error, 'the import', log);
  }
  process.exit();
}

/** True when it was stopped before its end. */
async function importHereOrThere(command: ImportCommand): Promise<boolean> {
  const { config, request, signal } = command;
  let isStopped = false;
  const onEvent = (event: ImportEvent) => {
    if (event.kind === 'done') isStopped = event.stopped;
    command.onEvent(event);
  };
  const here = () => importHere({ ...command, onEvent });
  await hereOrInBot({ dataDir: config.dataDir, work: importWork, request, signal, onEvent, here });
  return isStopped;
}

async function importHere({ request, config, log, signal, onEvent }: ImportCommand): Promise<void> {
  const { dataDir, clipModel, hubUrl, maxImageBytes } = config;
  await withDatabase({ ...config, log }, async (database, state) => {
    const storedModel = await database.storedModel();
    const model = { clipModel, storedModel, hubUrl, dataDir, workers: manyWorkers };
    const { embedder, notice } = await openEmbedder({ ...model, log, signal });
    if (notice) log.info(notice);
    try {
      const store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
      const images = await createImageFiles(config, log);
      await runImport(request, { store, embedder, images, state, dataDir, maxImageBytes, log, signal, onEvent });
    } finally {
      await embedder.close();
    }
  });
}
