import { type Config, loadConfig } from '../config.ts';
import { manyWorkers } from '../embedder/clip.ts';
import { bringModel } from '../embedder/open.ts';
import { isAbort } from '../errors.ts';
import { hereOrInBot } from '../handover/running-bot.ts';
import type { WorkOptions } from '../handover/work.ts';
import { createImageFiles } from '../images/choose.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, reportStop, stopOnSignal } from '../operator.ts';
import { withDatabase } from '../with-database.ts';
import { readArguments } from './arguments.ts';
import { type ReembedEvent, type ReembedRequest, reembed, reembedWork } from './job.ts';
import { showReembed } from './show.ts';

interface ReembedCommand extends WorkOptions<ReembedEvent> {
  request: ReembedRequest;
  config: Config;
  log: Logger;
  /** Brings the model here, where the operator sees how far it is; whoever does the move finds it. */
  bring(): Promise<unknown>;
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
    const model = { clipModel: request.model, setting: request.setting, storedModel: undefined };
    const bring = () => bringModel({ ...model, hubUrl, dataDir, log, signal });
    const command = { request, config, log, signal, bring, onEvent: display.show };
    const onStop = () => display.isSwitched() && reportRest();
    const here = () => reembedHere({ ...command, onStop });
    await hereOrInBot({ ...command, dataDir, work: reembedWork, beforehand: bring, here });
    display.stop();
  } catch (error) {
    display.stop();
    if (!signal.aborted || !isAbort(error)) {
      reportFailure(error, 'the move to another model', log);
      if (display.isSwitched()) reportSwitched();
    } else if (display.isSwitched()) reportLeft();
    else reportStop();
  }
  process.exit();
}

async function reembedHere(command: ReembedCommand & { onStop(): void }): Promise<void> {
  const { request, config, log, signal, bring, onStop, onEvent } = command;
  await withDatabase({ ...config, log }, async (database, state) => {
    // Only now it is sure that the work is done here.
    signal.addEventListener('abort', onStop);
    await bring();
    const images = await createImageFiles(config, log);
    await reembed(request, { config, database, images, state, workers: manyWorkers, log, signal, onEvent });
  });
}

function reportRest() {
  console.error('The new tables are in use already: what is left of the move is finished first.');
}

/** A bot that was killed would be started with the old model. */
function reportSwitched() {
  console.error(
    'The new tables are in use already: where CLIP_MODEL is set, it has to name the new model from now on.',
  );
}

/** From the exchange on the bot's move is not stopped any more. */
function reportLeft() {
  console.error('The new tables are in use already: the bot finishes the move by itself, and nothing is lost.');
  process.exitCode = 130;
}
