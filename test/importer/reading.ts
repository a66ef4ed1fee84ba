import { Readable } from 'node:stream';
import type { ColumnNames } from '../../src/importer/columns.ts';
import { openReader, type RowReader } from '../../src/importer/open-reader.ts';
import type { Cursor, ImportRecord } from '../../src/importer/records.ts';
import type { ByteSource } from '../../src/importer/source.ts';

/** A source whose bytes come in pieces of any size, and that counts how many were taken. */
export function sourceOf(name: string, bytes: Uint8Array, pieceSize = 65_536): ByteSource & { taken(): number } {
  let taken = 0;
  return {
    name,
    size: bytes.length,
    version: '1',
    seekable: true,
    position: () => taken,
    taken: () => taken,
    open(start, end = bytes.length) {
      const pieces = function* () {
        for (let at = start; at < end; at += pieceSize) {
          const piece = bytes.subarray(at, Math.min(end, at + pieceSize));
          taken += piece.length;
          yield piece;
        }
      };
      return Readable.from(pieces(), { objectMode: false });
    },
  };
}

export function recordsOf(reader: RowReader, from?: Cursor): Promise<ImportRecord[]> {
  return Readable.from(reader.read(from)).toArray();
}

/** All records of a file. */
export async function readFile(name: string, bytes: Uint8Array | string, names: ColumnNames = {}) {
  return recordsOf(await openReader(sourceOf(name, Buffer.from(bytes)), names));
}

export const rowsOf = (records: readonly ImportRecord[]) =>
  records.flatMap((record) => ('row' in record ? [record.row] : []));

export const rejectedOf = (records: readonly ImportRecord[]) =>
  records.flatMap((record) => ('rejected' in record ? [record.rejected] : []));

/** Reads a file once more from each of its cursors: what was read must be what is left. Gives the number of places tried. */
export async function resumedEverywhere(reader: () => Promise<RowReader>, every = 1): Promise<number> {
  const all = await recordsOf(await reader());
  const plain = (records: readonly ImportRecord[]) => JSON.stringify(records);
  let tried = 0;
  for (const [index, record] of all.entries()) {
    if (!('row' in record) || index % every !== 0) continue;
    const rest = await recordsOf(await reader(), record.next);
    if (plain(rest) !== plain(all.slice(index + 1)))
      throw new Error(`reading on after record ${index} gave other rows`);
    tried += 1;
  }
  return tried;
}
