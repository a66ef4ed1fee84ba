import { crc32, inflateSync } from 'node:zlib';

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** The signature and the header chunk, which must stay first: 13 bytes of data. */
const headerEnd = signature.length + 25;

export function isPng(bytes: Uint8Array): boolean {
  return signature.equals(bytes.subarray(0, signature.length));
}

/** A PNG with a text added under a keyword: `tEXt` where Latin-1 holds it, else `iTXt` in UTF-8, as Pillow chooses (and with it A1111). */
export function withPngText(png: Uint8Array, keyword: string, text: string): Uint8Array {
  const chunk = isLatin1(text)
    ? pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
    : // Not compressed, no language, no translated keyword.
      pngChunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text)]));
  return Buffer.concat([png.subarray(0, headerEnd), chunk, png.subarray(headerEnd)]);
}

/** The first text under a keyword (`tEXt`, `zTXt` or `iTXt`) of at most `maxBytes`; undefined without one, or when it is malformed. */
export function readPngText(png: Uint8Array, keyword: string, maxBytes: number): string | undefined {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  for (let at = signature.length; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (data.length < length) return undefined;
    const text = textOf(type, data, keyword, maxBytes);
    if (text !== undefined) return text;
    at += 12 + length;
  }
  return undefined;
}

function textOf(type: string, data: Buffer, keyword: string, maxBytes: number): string | undefined {
  const start = Buffer.from(`${keyword}\0`, 'latin1');
  if (!data.subarray(0, start.length).equals(start)) return undefined;
  const rest = data.subarray(start.length);
  if (type === 'tEXt') return bounded(rest, maxBytes)?.toString('latin1');
  if (type === 'zTXt') return inflated(rest.subarray(1), maxBytes)?.toString('latin1');
  if (type !== 'iTXt') return undefined;
  const isCompressed = rest[0] === 1;
  const language = rest.indexOf(0, 2);
  const translated = rest.indexOf(0, language + 1);
  if (language < 0 || translated < 0) return undefined;
  const text = rest.subarray(translated + 1);
  return (isCompressed ? inflated(text, maxBytes) : bounded(text, maxBytes))?.toString('utf8');
}

function bounded(text: Buffer, maxBytes: number): Buffer | undefined {
  return text.length <= maxBytes ? text : undefined;
}

/** A small chunk can claim gigabytes of text. */
function inflated(data: Buffer, maxBytes: number): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), chunk.length - 4);
  return chunk;
}

function isLatin1(text: string): boolean {
  return /^[\0-\xff]*$/.test(text);
}
