import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BotError } from '../errors.ts';

/** The width of CLIP ViT-B/32, and of the vector columns in the database. */
const requiredDimensions = 512;

/** How transformers.js calls the weights: `q8` means the files named `*_quantized.onnx`, `fp32` those without a suffix. */
export type WeightsType = 'q8' | 'fp32';

/** A folder of CLIP weights in the layout of transformers.js, ready to load; plain data, so that a worker can take it. */
export interface Weights {
  /** Absolute. */
  folder: string;
  type: WeightsType;
  dimensions: number;
  /** The longest text in tokens, both marks included. */
  maxTokens: number;
  /** Pixels of the square picture that the model sees. */
  pictureSide: number;
  /** Hash of every file that decides the vectors, 16 hex digits: equal wherever the files lie, different for any other weights. */
  fingerprint: string;
  /** The text graph scales its activations by all items of a batch (DynamicQuantizeLinear), so only batches of one give one answer. */
  textOneByOne: boolean;
}

const clipConfig = z.object({
  model_type: z.literal('clip'),
  projection_dim: z.int().positive(),
  text_config: z.object({ max_position_embeddings: z.int().min(3).default(77) }).prefault({}),
});

const pixels = z.int().positive();

const preprocessorConfig = z.object({
  size: z.union([pixels, z.object({ shortest_edge: pixels }).transform((size) => size.shortest_edge)]),
});

/** The files of one type that loading needs. */
export function weightFiles(type: WeightsType) {
  const suffix = type === 'q8' ? '_quantized' : '';
  return {
    config: 'config.json',
    preprocessor: 'preprocessor_config.json',
    tokenizer: 'tokenizer.json',
    tokenizerConfig: 'tokenizer_config.json',
    text: `onnx/text_model${suffix}.onnx`,
    vision: `onnx/vision_model${suffix}.onnx`,
  };
}

/**
 * Reads what there is to know about the weights in a folder, and hashes them. A folder with both types counts as quantised.
 * Throws BotError `model_unavailable` when files are missing, it is no CLIP, or its vectors are not 512 wide.
 */
export async function readWeights(folder: string): Promise<Weights> {
  const type = existsSync(path.join(folder, weightFiles('q8').text)) ? 'q8' : 'fp32';
  const files = weightFiles(type);
  for (const name of Object.values(files)) requireFile(folder, name);
  const config = await readConfig(folder);
  const preprocessor = await readJson(path.join(folder, files.preprocessor), preprocessorConfig);
  const [text, ...others] = await Promise.all(
    [files.text, files.vision, files.tokenizer, files.preprocessor].map((name) => scanFile(path.join(folder, name))),
  );
  const hashes = [text, ...others].map((file) => file?.sha256).join('\n');
  return {
    folder: path.resolve(folder),
    type,
    dimensions: config.projection_dim,
    maxTokens: config.text_config.max_position_embeddings,
    pictureSide: preprocessor.size,
    fingerprint: createHash('sha256').update(hashes).digest('hex').slice(0, 16),
    textOneByOne: text?.scalesByBatch === true,
  };
}

function requireFile(folder: string, name: string): void {
  if (existsSync(path.join(folder, name))) return;
  throw new BotError(
    'model_unavailable',
    `The model folder ${folder} has no ${name}. It needs a CLIP export for transformers.js: ${Object.values(weightFiles('fp32')).join(', ')} (or the *_quantized.onnx pair).`,
  );
}

async function readConfig(folder: string): Promise<z.infer<typeof clipConfig>> {
  const config = await readJson(path.join(folder, 'config.json'), clipConfig);
  if (config.projection_dim === requiredDimensions) return config;
  throw new BotError(
    'model_unavailable',
    `The vectors of the model in ${folder} are ${config.projection_dim} wide; the database takes ${requiredDimensions}. Use an export of CLIP ViT-B/32 or ViT-B/16.`,
  );
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  const parsed = schema.safeParse(parseJson(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new BotError(
    'model_unavailable',
    `${file} does not describe a CLIP model. Use an export of CLIP ViT-B/32 for transformers.js.`,
    {
      cause: parsed.error,
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const batchScaledOperator = Buffer.from('DynamicQuantizeLinear');

/** One pass over a file: its hash, and whether the graph in it holds the operator that makes results depend on the batch. */
async function scanFile(file: string): Promise<{ sha256: string; scalesByBatch: boolean }> {
  const hash = createHash('sha256');
  let scalesByBatch = false;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    scalesByBatch ||= Buffer.concat([tail, chunk]).includes(batchScaledOperator);
    tail = chunk.subarray(-batchScaledOperator.length);
  }
  return { sha256: hash.digest('hex'), scalesByBatch };
}

/** The SHA-256 of a file's bytes, hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  return (await scanFile(file)).sha256;
}
