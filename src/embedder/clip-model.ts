import { createRequire } from 'node:module';
import type { RawImage } from '@xenova/transformers';
import sharp from 'sharp';
import { BotError } from '../errors.ts';
import { decodeRgb } from '../images/decode.ts';
import { cleanText } from './text.ts';
import type { Weights } from './weights.ts';
import { encodeByWords } from './word-tokens.ts';

/** Required, not imported: the TypeScript loader would rewrite the megabyte of an imported module, which takes 170 MB of memory. */
const transformers: typeof import('@xenova/transformers') = createRequire(import.meta.url)('@xenova/transformers');
const { AutoProcessor, AutoTokenizer, CLIPTextModelWithProjection, CLIPVisionModelWithProjection } = transformers;

/** Pictures are decoded at no more than this, which bounds memory whatever was sent. */
const maxSide = 2048;

/** CLIP itself, as the worker runs it. Both answer with the vectors one after another, [n x dimensions], L2-normalised. */
export interface ClipModel {
  /** The token ids of each text with both marks, one after another as [count, ids...]. */
  tokenize(texts: readonly string[]): Promise<Int32Array>;
  /** Texts of equal token count as their ids, [n x count]. */
  embedTokens(ids: Int32Array, count: number): Promise<Float32Array>;
  embedTexts(texts: readonly string[]): Promise<Float32Array>;
  embedImages(images: readonly Uint8Array[]): Promise<Float32Array>;
}

/** Prepares a model; each half is loaded at its first use, since many processes never see a picture. */
export function createClipModel(weights: Weights, threads: number): ClipModel {
  const { env, LogLevel } = transformers;
  env.allowRemoteModels = false;
  env.logLevel = LogLevel.ERROR;
  // The whole path: as a name below another folder it would have to be spelt like a hub's.
  const name = weights.folder;
  const options = {
    dtype: weights.type,
    // Spinning threads would take the cores from the event loop while there is nothing to do; severity 3 is errors.
    session_options: {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    } as const,
  };
  const text = once(async () => {
    const [tokenizer, model] = await Promise.all([
      AutoTokenizer.from_pretrained(name),
      CLIPTextModelWithProjection.from_pretrained(name, options),
    ]);
    const encode = (given: string): number[] => tokenizer.encode(given);
    return { encode: encodeByWords(encode, weights.maxTokens), model };
  });
  const vision = once(async () => {
    const [processor, model] = await Promise.all([
      AutoProcessor.from_pretrained(name),
      CLIPVisionModelWithProjection.from_pretrained(name, options),
    ]);
    return { processor, model };
  });

  async function tokenize(given: string): Promise<readonly number[]> {
    return (await text()).encode(cleanText(given));
  }

  async function runText(tokens: ArrayLike<number>, count: number): Promise<Float32Array> {
    const { model } = await text();
    const dims = [tokens.length / count, count];
    const ids = BigInt64Array.from(tokens, BigInt);
    const output = await model({
      input_ids: new transformers.Tensor('int64', ids, dims),
      attention_mask: new transformers.Tensor('int64', new BigInt64Array(ids.length).fill(1n), dims),
    });
    return normalised(output.text_embeds, tokens.length / count, weights.dimensions);
  }

  async function runVision(bytes: Uint8Array): Promise<Float32Array> {
    const { processor, model } = await vision();
    const output = await model(await processor(await readPicture(bytes, weights.pictureSide)));
    return normalised(output.image_embeds, 1, weights.dimensions);
  }

  return {
    async tokenize(texts) {
      const rows = await Promise.all(texts.map(tokenize));
      return Int32Array.from(rows.flatMap((row) => [row.length, ...row]));
    },
    async embedTokens(ids, count) {
      const texts = ids.length / count;
      if (!weights.textOneByOne) return runText(ids, count);
      const packed = new Float32Array(texts * weights.dimensions);
      for (let place = 0; place < texts; place += 1) {
        packed.set(await runText(slot(ids, place, count), count), place * weights.dimensions);
      }
      return packed;
    },
    async embedTexts(texts) {
      const rows = await Promise.all(texts.map(tokenize));
      const packed = new Float32Array(texts.length * weights.dimensions);
      for (const group of weights.textOneByOne ? rows.map((_, index) => [index]) : groupByLength(rows)) {
        const tokens = group.flatMap((index) => rows[index] ?? []);
        const vectors = await runText(tokens, tokens.length / group.length);
        group.forEach((index, place) => {
          packed.set(slot(vectors, place, weights.dimensions), index * weights.dimensions);
        });
      }
      return packed;
    },
    async embedImages(images) {
      const packed = new Float32Array(images.length * weights.dimensions);
      for (const [index, bytes] of images.entries()) packed.set(await runVision(bytes), index * weights.dimensions);
      return packed;
    },
  };
}

/** Texts of equal token count share a batch: there are no pads that could change a result, whatever the graph does with them. */
function groupByLength(rows: readonly (readonly number[])[]): number[][] {
  const groups = new Map<number, number[]>();
  for (const [index, row] of rows.entries()) groups.set(row.length, [...(groups.get(row.length) ?? []), index]);
  return [...groups.values()];
}

/** The centre square at the model's own size, so that the processor, whose resize does not average and so aliases, only normalises. */
async function readPicture(bytes: Uint8Array, side: number): Promise<RawImage> {
  const { data, width, height } = await decodeRgb(bytes, { maxSide });
  const square = sharp(data, { raw: { width, height, channels: 3 } }).resize(side, side, {
    fit: 'cover',
    kernel: 'cubic',
  });
  return new transformers.RawImage(await square.raw().toBuffer(), side, side, 3);
}

function normalised(output: { data: Float32Array; dims: number[] }, count: number, dimensions: number): Float32Array {
  if (output.dims[0] !== count || output.dims[1] !== dimensions || output.dims.length !== 2) {
    throw new BotError(
      'model_unavailable',
      `The model gives vectors of the shape [${output.dims.join(', ')}] where its config.json says [${count}, ${dimensions}]. Use an export of CLIP ViT-B/32 with its own config.json.`,
    );
  }
  const vectors = output.data.slice();
  for (let place = 0; place < count; place += 1) normalise(slot(vectors, place, dimensions));
  return vectors;
}

function normalise(vector: Float32Array): void {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  if (!(length > 0 && Number.isFinite(length))) {
    throw new BotError(
      'model_unavailable',
      'The model gives vectors without a direction: its weights are damaged. Use other weights.',
    );
  }
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] ?? 0) / length;
}

function slot<Packed extends Float32Array | Int32Array>(packed: Packed, place: number, width: number): Packed {
  return packed.subarray(place * width, (place + 1) * width) as Packed;
}

/** Loads at the first call; a failed load is tried again at the next. */
function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= load().catch((error) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}
