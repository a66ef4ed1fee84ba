import type { Readable } from 'node:stream';
import { type Compression, openText } from './compression.ts';
import type { Reader } from './records.ts';
import type { ByteSource } from './source.ts';

/** A file of text, compressed or not. */
export interface TextFile {
  /** The text from one of its bytes on. */
  open(start: number): Readable;
  progress(): number | undefined;
}

export function textFile(source: ByteSource, compression: Compression): TextFile {
  return {
    open: (start) => openText(source, compression, start),
    progress: () => (source.size ? Math.min(1, source.position() / source.size) : undefined),
  };
}

export function textReader(
  file: TextFile,
  columns: () => Promise<readonly string[] | undefined>,
  read: Reader['read'],
): Reader {
  return { columns, read, progress: file.progress };
}
