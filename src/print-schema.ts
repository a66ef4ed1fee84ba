import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadVectorIndex } from './config.ts';
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

const mostDimensions = 65_536;

const request = z.object({
  cluster: z.string({ error: '--cluster is missing: the name that the servers have for it.' }).min(1),
  dialect: z
    .enum(dialects, { error: ({ input }) => `--dialect ${input} is none of ${dialects.join(', ')}.` })
    .default('clickhouse'),
  // The width of CLIP ViT-B/32; of the database's own model, if another.
  dimensions: z
    .string()
    .refine(isWidth, { error: ({ input }) => `--dimensions ${input} is no whole number from 1 to ${mostDimensions}.` })
    .transform(Number)
    .default(512),
});

function isWidth(text: string): boolean {
  return Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= mostDimensions;
}

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
  const { data, error } = request.safeParse(parse(given));
  if (error) throw wrong(error.issues.map(({ message }) => message).join('\n'), error);
  return data;
}

function parse(args: string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { cluster: option, dialect: option, dimensions: option } }).values;
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : '', cause);
  }
}

function wrong(what: string, cause: unknown): BotError {
  return new BotError('invalid_input', `${what}\n${usage}`, { cause });
}

function dialectNamed(name: (typeof dialects)[number]): Dialect {
  if (name === 'clickhouse') return clickhouse;
  if (name === 'clickhouse-25.8') return olderClickHouse;
  return myscaleSql(loadVectorIndex() ?? defaultVectorIndex, {
    metricSetting: metricSettings[0],
    words: name === 'myscale' ? rankedWords : scannedWords,
  });
}
