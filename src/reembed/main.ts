import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type Config, loadConfig } from '../config.ts';
import type { Embedder } from '../embedder/embedder.ts';
import { fingerprintOf } from '../embedder/model-name.ts';
import { openEmbedder } from '../embedder/open.ts';
import { isAbort } from '../errors.ts';
import { createImageFiles } from '../images/choose.ts';
import { countReasons, totalOf } from '../importer/counts.ts';
import { type CachedPicture, cachePictures } from '../importer/picture-cache.ts';
import { createPictureDownloads } from '../importer/picture-downloads.ts';
import { createPictures } from '../importer/pictures.ts';
import { showShare } from '../importer/progress.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, stopOnSignal } from '../operator.ts';
import { openState } from '../state.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { type ReembedRequest, readArguments } from './arguments.ts';
import { type ReembedOutcome, runReembed } from './run.ts';

/** Models side by side: each takes a core, and memory for its weights. */
const maxWorkers = 4;

interface Work {
  request: ReembedRequest;
  config: Config;
  database: Database;
  log: Logger;
  signal: AbortSignal;
}

await run();

async function run() {
  let log = createLog('info');
  const signal = stopOnSignal();
  try {
    const config = loadConfig();
    const request = readArguments(process.argv.slice(2), config.clipModel);
    log = createLog(config.logLevel, config.secrets);
    const database = await openDatabase({ ...config, log });
    await reembed({ request, config, database, log, signal }).finally(() => database.close());
  } catch (error) {
    if (signal.aborted && isAbort(error)) {
      console.error('Stopped. Run the same command again to go on.');
      process.exitCode = 130;
    } else {
      reportFailure(error, 'the move to another model', log);
    }
  }
  process.exit();
}

async function reembed({ request, config, database, log, signal }: Work): Promise<void> {
  const { dataDir, hubUrl } = config;
  const workers = Math.min(maxWorkers, availableParallelism());
  const { embedder } = await openEmbedder({
    clipModel: request.model,
    storedModel: undefined,
    hubUrl,
    dataDir,
    log,
    signal,
    workers,
  });
  const state = openState(path.join(dataDir, 'state'));
  const display = showShare();
  try {
    const name = nameFor(embedder, await database.storedModel());
    const move = await database.move({ name, dimensions: embedder.dimensions });
    const { generations, prompts, prompt_images } = await move.left();
    console.error(`${prompts} prompts, ${prompt_images} pictures and ${generations} runs: rows to embed by ${name}`);
    const images = await createImageFiles(config, log);
    const pictures = createPictures({
      embeds: true,
      folder: undefined,
      embedder,
      images,
      downloads: createPictureDownloads({ allowHosts: request.allowHosts, maxBytes: config.maxImageBytes }),
      cache: cachePictures(state.table<CachedPicture>('pictures'), { model: embedder.model }),
      maxBytes: config.maxImageBytes,
    });
    const { keep } = request;
    const outcome = await runReembed({ move, embedder, pictures, keep, signal, onProgress: display.update });
    display.stop();
    for (const line of describe(outcome, name, request, config)) console.error(line);
  } finally {
    display.stop();
    await embedder.close();
    await state.close();
  }
}

/** The same weights keep the name that the database knows. */
function nameFor({ model }: Embedder, stored: string | undefined): string {
  return stored !== undefined && fingerprintOf(stored) === fingerprintOf(model) ? stored : model;
}

function describe({ dead }: ReembedOutcome, model: string, { model: asked, keep }: ReembedRequest, config: Config) {
  const reasons = countReasons(dead);
  const without = Object.entries(reasons).map(([reason, count]) => `  without picture: ${count} x ${reason}`);
  return [
    `Done: the vectors of this database are of ${model} now.`,
    ...without,
    ...(totalOf(reasons) > 0
      ? [
          'Their prompts are found by words and meaning; `npm run import -- FILE --images` tries the pictures of a file again.',
        ]
      : []),
    ...(keep
      ? ['The old tables are kept; DROP TABLE generations_before, prompts_before, prompt_images_before when you like.']
      : []),
    ...(config.clipModel === asked ? [] : [`Set CLIP_MODEL=${asked} now.`]),
    'A bot that runs on this database stops by itself: start it again.',
  ];
}
