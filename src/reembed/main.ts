import path from 'node:path';
import { type Config, loadConfig } from '../config.ts';
import { manyWorkers } from '../embedder/clip.ts';
import { bringModel } from '../embedder/open.ts';
import { isAbort } from '../errors.ts';
import { hereOrInBot } from '../handover/running-bot.ts';
import type { WorkOptions } from '../handover/work.ts';
import { createImageFiles } from '../images/choose.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, reportStop, stopOnSignal } from '../operator.ts';
import { openState } from '../state.ts';
import { openDatabase } from '../store/database.ts';
import { readArguments } from './arguments.ts';
import { type ReembedEvent, type ReembedRequest, reembed, reembedWork } from './job.ts';
import { showReembed } from './show.ts';

interface ReembedCommand extends WorkOptions<ReembedEvent> {
  request: ReembedRequest;
  config: Config;
  log: Logger;
}

await run();

async function run() {
  let log = createLog('info');
  const display = showReembed();
  const signal = stopOnSignal();
  try {
    const config = loadConfig();
    const { dataDir, hubUrl, logLevel, secrets } = config;
    const request = readArguments(process.argv.slice(2), config.clipModel);
    log = createLog(logLevel, secrets);
    const command = { request, config, log, signal, onEvent: display.show };
    // Here, where the operator sees how far it is; whoever does the move finds it.
    await bringModel({ clipModel: request.model, storedModel: undefined, hubUrl, dataDir, log, signal });
    await hereOrInBot({ ...command, dataDir, work: reembedWork, here: () => reembedHere(command) });
    display.stop();
  } catch (error) {
    display.stop();
    if (signal.aborted && isAbort(error)) reportStop();
    else reportFailure(error, 'the move to another model', log);
  }
  process.exit();
}

async function reembedHere({ request, config, log, signal, onEvent }: ReembedCommand): Promise<void> {
  const database = await openDatabase({ ...config, log });
  try {
    const state = openState(path.join(config.dataDir, 'state'));
    try {
      const images = await createImageFiles(config, log);
      await reembed(request, { config, database, images, state, workers: manyWorkers, log, signal, onEvent });
    } finally {
      await state.close();
    }
  } finally {
    await database.close();
  }
}
