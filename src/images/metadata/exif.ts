import readExif from 'exif-reader';

const encodings = { unicode: 'UNICODE\0', ascii: 'ASCII\0\0\0' } as const;
const encodingLength = 8;

// Tags of the EXIF standard, and the types of their values.
const exifFolderTag = 0x8769;
const userCommentTag = 0x9286;
const longType = 4;
const undefinedType = 7;

/** EXIF data that holds a text alone, as its UserComment: `UNICODE` and UTF-16 big-endian, as piexif writes (and with it A1111). */
export function exifWithComment(text: string): Buffer {
  const comment = Buffer.concat([Buffer.from(encodings.unicode, 'latin1'), Buffer.from(text, 'utf16le').swap16()]);
  // Header of 8 bytes, then two folders of one entry each: 2 bytes of count, 12 of entry, 4 of "no next folder".
  const [firstFolder, exifFolder, commentAt] = [8, 26, 44];
  const exif = Buffer.alloc(commentAt);
  exif.write('MM\0*', 0, 'latin1');
  exif.writeUInt32BE(firstFolder, 4);
  writeEntry(exif, firstFolder, { tag: exifFolderTag, type: longType, count: 1, value: exifFolder });
  writeEntry(exif, exifFolder, { tag: userCommentTag, type: undefinedType, count: comment.length, value: commentAt });
  return Buffer.concat([exif, comment]);
}

/** The UserComment of EXIF data, of at most `maxBytes`; undefined without one, or when it is malformed. */
export function readExifComment(exif: Buffer, maxBytes: number): string | undefined {
  try {
    const { Photo, bigEndian } = readExif(exif);
    const comment: unknown = Photo?.UserComment;
    return Buffer.isBuffer(comment) && comment.length <= maxBytes ? decodeComment(comment, bigEndian) : undefined;
  } catch {
    return undefined;
  }
}

function writeEntry(exif: Buffer, at: number, entry: { tag: number; type: number; count: number; value: number }) {
  exif.writeUInt16BE(1, at);
  exif.writeUInt16BE(entry.tag, at + 2);
  exif.writeUInt16BE(entry.type, at + 4);
  exif.writeUInt32BE(entry.count, at + 6);
  exif.writeUInt32BE(entry.value, at + 10);
}

function decodeComment(comment: Buffer, bigEndian: boolean): string {
  const encoding = comment.toString('latin1', 0, encodingLength);
  const text = comment.subarray(encodingLength);
  if (encoding === encodings.unicode) return decodeUtf16(text.subarray(0, text.length - (text.length % 2)), bigEndian);
  return (encoding === encodings.ascii || encoding === '\0'.repeat(encodingLength) ? text : comment).toString('utf8');
}

/** In big-endian data (piexif's, ours) the text is so, too; in little-endian data writers disagree, and the order that reads better is taken. */
function decodeUtf16(text: Buffer, bigEndian: boolean): string {
  const swapped = Buffer.from(text).swap16().toString('utf16le');
  if (bigEndian) return swapped;
  const straight = text.toString('utf16le');
  return plainCharacters(swapped) > plainCharacters(straight) ? swapped : straight;
}

/** Nearly every prompt has commas and spaces, in any language. */
function plainCharacters(text: string): number {
  return text.match(/[ -~\n]/g)?.length ?? 0;
}
