import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { BotError } from './errors.ts';
import { clusterSchema } from './store/cluster.ts';
import { clickhouse, olderClickHouse } from './store/dialects/clickhouse.ts';
import type { Dialect } from './store/dialects/dialect.ts';
import { metricSettings, myscaleSql } from './store/dialects/myscale.ts';
import { rankedWords, scannedWords } from './store/dialects/words.ts';
import { defaultVectorIndex } from './vector-index-setting.ts';

const usage =
  'Usage: npm run schema -- --cluster NAME [--dialect clickhouse|clickhouse-25.8|myscale|myscale-1.6] [--dimensions 512]';

// ClickHouse 25.8 up to 26.1 refuses the index of words of 26.2, MyScale up to 1.6 that of 1.7.
const dialects = ['clickhouse', 'clickhouse-25.8', 'myscale', 'myscale-1.6'] as const;

const request = z.object({
  cluster: z.string().min(1),
  dialect: z.enum(dialects).default('clickhouse'),
  // The width of CLIP ViT-B/32; of the database's own model, if another.
  dimensions: z.coerce.number().int().min(1).max(65_536).default(512),
});

run();

function run() {
  try {
    const { cluster, dialect, dimensions } = readArguments(process.argv.slice(2));
    for (const statement of clusterSchema(dialectNamed(dialect), dimensions, cluster)) console.log(`${statement};\n`);
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function readArguments(given: string[]): z.infer<typeof request> {
  const option = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args: given, options: { cluster: option, dialect: option, dimensions: option } });
    return request.parse(values);
  } catch (cause) {
    throw new BotError('invalid_input', usage, { cause });
  }
}

function dialectNamed(name: (typeof dialects)[number]): Dialect {
  if (name === 'clickhouse') return clickhouse;
  if (name === 'clickhouse-25.8') return olderClickHouse;
  return myscaleSql(loadConfig().vectorIndex ?? defaultVectorIndex, {
    metricSetting: metricSettings[0],
    words: name === 'myscale' ? rankedWords : scannedWords,
  });
}
