import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { BotError } from '../errors.ts';

/** The bytes of a file here or behind a web address, from any place on. */
export interface ByteSource {
  /** The path or address, for messages. */
  readonly name: string;
  /** Bytes; undefined when a server does not tell. */
  readonly size: number | undefined;
  /** Another one when the content may have changed; undefined when a server tells nothing that would show it. */
  readonly version: string | undefined;
  /** The bytes from `start` to before `end`. */
  open(start: number, end?: number): Readable;
  /** The byte that was read last. */
  position(): number;
  /** False when any place but the start costs reading all that is before it. */
  readonly seekable: boolean;
}

export function isWebAddress(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/** A path, or an address without what may be a login or a key in it: for a log. */
export function nameForLog(name: string): string {
  if (!isWebAddress(name) || !URL.canParse(name)) return name;
  const { origin, pathname } = new URL(name);
  return `${origin}${pathname}`;
}

/** Throws BotError `not_found` when the file can't be read, `invalid_input` when it is no file. */
export async function openFile(file: string): Promise<ByteSource> {
  const { size, mtimeMs } = await findFile(file);
  let position = () => 0;
  return {
    name: file,
    size,
    version: `${size} ${mtimeMs}`,
    seekable: true,
    position: () => position(),
    open(start, end = Number.POSITIVE_INFINITY) {
      // An end before the start means an empty range, which createReadStream refuses.
      if (end <= start) return Readable.from([]);
      const stream = createReadStream(file, { start, end: end - 1, highWaterMark: 1 << 18 });
      position = () => start + stream.bytesRead;
      return stream;
    },
  };
}

async function findFile(file: string) {
  let handle: FileHandle | undefined;
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new BotError('invalid_input', `${file} is not a file.`);
    handle = await open(file);
    return found;
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    throw new BotError('not_found', `The file ${file} can't be read. Check its name, and that it is yours to read.`, {
      cause,
    });
  } finally {
    await handle?.close();
  }
}

/** At most `length` first bytes of a source. */
export async function readHead(source: ByteSource, length: number): Promise<Buffer> {
  return readAll(source.open(0, length));
}

export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
