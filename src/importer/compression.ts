import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { BotError } from '../errors.ts';
import type { ByteSource } from './source.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** The text in a source from a byte of the text on. Compressed, all before it is read and dropped: no compressed place can be jumped to. */
export function openText(source: ByteSource, compression: Compression, start = 0): Readable {
  if (compression === 'none') return source.open(start);
  return Readable.from(checked(source, dropped(decompress(source.open(0), compression), start)), { objectMode: false });
}

function decompress(compressed: Readable, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === 'zstd') return unzstd(compressed);
  return pipeline(compressed, createGunzip(), () => undefined);
}

async function* unzstd(compressed: Readable): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const decompressor = new Decompress((chunk) => ready.push(chunk));
  for await (const chunk of compressed as AsyncIterable<Uint8Array>) {
    decompressor.push(chunk);
    yield* ready.splice(0);
  }
  decompressor.push(new Uint8Array(), true);
  yield* ready.splice(0);
}

async function* dropped(chunks: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

async function* checked(source: ByteSource, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    throw new BotError(
      'invalid_input',
      `${source.name} can't be decompressed: it is cut off or damaged, or its zstd window is over 32 MB. Fetch or compress it again and run the import again; what was imported stays.`,
      { cause },
    );
  }
}
