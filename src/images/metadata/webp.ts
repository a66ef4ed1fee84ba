// Of the feature byte of a VP8X chunk.
const exifFlag = 0x08;
const alphaFlag = 0x10;

/**
 * A WebP with EXIF data added (https://developers.google.com/speed/webp/docs/riff_container): in a simple file an
 * extended header comes first. `size` is the picture's, in pixels. The file must hold no EXIF yet, as a fresh encoding does.
 */
export function withWebpExif(webp: Uint8Array, exif: Buffer, size: { width: number; height: number }): Uint8Array {
  const file = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength);
  const body = file.subarray(12);
  const isExtended = body.toString('latin1', 0, 4) === 'VP8X';
  const header = isExtended ? Buffer.from(body.subarray(0, 18)) : extendedHeader(size, hasAlpha(body));
  header[8] = (header[8] ?? 0) | exifFlag;
  const chunks = Buffer.concat([header, isExtended ? body.subarray(18) : body, chunk('EXIF', exif)]);
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(chunks.length + 4, 4);
  return Buffer.concat([riff, chunks]);
}

function extendedHeader({ width, height }: { width: number; height: number }, alpha: boolean): Buffer {
  const data = Buffer.alloc(10);
  data[0] = alpha ? alphaFlag : 0;
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return chunk('VP8X', data);
}

/** A lossless picture tells in bit 28 after its signature byte; a lossy one has its alpha in an extended file alone. */
function hasAlpha(body: Buffer): boolean {
  return body.toString('latin1', 0, 4) === 'VP8L' && (body.readUInt32LE(9) & (1 << 28)) !== 0;
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
