import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { openEmbedder } from '../embedder/open.ts';
import { BotError } from '../errors.ts';
import { createLog, type Logger } from '../log.ts';
import { openDatabase } from '../store/database.ts';
import { readCsv } from './csv.ts';
import { type ImportSummary, importRecords } from './import.ts';
import { describeCounts, showImport } from './progress.ts';
import { createRejectedFile } from './rejected.ts';

const usage = 'Usage: npm run import -- FILE.csv [--limit ROWS]';

interface Arguments {
  file: string;
  limit: number | undefined;
}

await run();

async function run() {
  let log = createLog('info');
  try {
    const request = readArguments(process.argv.slice(2));
    const config = loadConfig();
    log = createLog(config.logLevel, config.secrets);
    await importFile(request, config, log);
  } catch (error) {
    if (error instanceof BotError) {
      log.debug({ err: error }, 'import failed');
      console.error(error.message);
    } else {
      log.fatal({ err: error }, 'the import stopped on an unexpected error');
    }
    process.exitCode = 1;
  }
}

function readArguments(given: string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: given,
      options: { limit: { type: 'string' } },
      allowPositionals: true,
    });
    const [file, ...others] = positionals;
    const limit = values.limit === undefined ? undefined : Number(values.limit);
    const isLimit = limit === undefined || (Number.isInteger(limit) && limit > 0);
    if (file && others.length === 0 && isLimit) return { file, limit };
  } catch (cause) {
    throw new BotError('invalid_input', usage, { cause });
  }
  throw new BotError('invalid_input', usage);
}

async function importFile({ file, limit }: Arguments, config: ReturnType<typeof loadConfig>, log: Logger) {
  const { size } = await findFile(file);
  const { dataDir, clickhouseUrl, vectorIndex, clipModel, hubUrl } = config;
  const stopping = stopOnSignal();
  const database = await openDatabase({ dataDir, clickhouseUrl, vectorIndex, log });
  try {
    const storedModel = await database.storedModel();
    const options = { clipModel, storedModel, hubUrl, dataDir, log, signal: stopping };
    const { embedder, notice } = await openEmbedder(options);
    if (notice) log.info(notice);
    try {
      const store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
      const input = createReadStream(file);
      const rejected = await createRejectedFile(file);
      const progress = showImport(size);
      const start = performance.now();
      const summary = await importRecords({
        records: readCsv(input),
        embedder,
        store,
        limit,
        signal: stopping,
        onRejected: rejected.add,
        onBatch: (counts) => progress.update(counts, input.bytesRead),
      }).finally(() => progress.stop());
      report(summary, { seconds: (performance.now() - start) / 1_000, rejectedFile: rejected.path });
    } finally {
      await embedder.close();
    }
  } finally {
    await database.close();
  }
}

async function findFile(file: string): Promise<{ size: number }> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found;
  } catch (cause) {
    throw new BotError('not_found', `The file ${file} can't be read. ${usage}`, { cause });
  }
  throw new BotError('invalid_input', `${file} is not a file. ${usage}`);
}

/** The first Ctrl-C stops after the batch under way; a second one at once. */
function stopOnSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error('Stopping after this batch (again: at once).');
      stopping.abort();
    });
  }
  return stopping.signal;
}

function report(summary: ImportSummary, { seconds, rejectedFile }: { seconds: number; rejectedFile: string }) {
  const rate = Math.round((summary.imported + summary.skipped) / Math.max(seconds, 0.001));
  console.error(`${summary.stopped ? 'Stopped' : 'Done'}: ${describeCounts(summary)}, ${rate} rows/s.`);
  if (summary.rejected > 0) console.error(`Rejected rows, with line and reason: ${rejectedFile}`);
  if (summary.stopped) {
    console.error('Run the same command again to go on.');
    process.exitCode = 130;
  }
}
