import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { BotError } from './errors.ts';

/** lmdb-js's two meta pages: a header of 24 bytes, then MDB_meta of https://github.com/kriszyp/lmdb-js/blob/master/dependencies/lmdb/libraries/liblmdb/mdb.c */
const magicAt = 24;
const versionAt = 28;
const pageSizeAt = 48;
const lastPageAt = 144;
const metaBytes = 152;
const magic = 0xbeefc0de;
const version = 2;

/** LMDB maps its file into memory, and a damaged one takes the process down without a word. Throws BotError `internal` for what can be seen from outside. */
export function checkStateFile(folder: string): void {
  const file = path.join(folder, 'data.mdb');
  if (!existsSync(file)) return;
  const fault = faultOf(file);
  if (!fault) return;
  throw new BotError(
    'internal',
    `The local state ${file} is damaged: ${fault}. Put back a copy of it, or move the folder ${folder} away to start with an empty one: ` +
      'requests that waited are lost then, while everything in the database stays.',
  );
}

function faultOf(file: string): string | undefined {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    // A process that died while it made the file; LMDB begins anew.
    if (size === 0) return undefined;
    const first = metaAt(handle, 0);
    if (!first) return 'it is no LMDB file of this version';
    const second = metaAt(handle, first.pageSize);
    if (!second) return 'its second header is not readable';
    const needed = (Math.max(first.lastPage, second.lastPage) + 1) * first.pageSize;
    return size < needed ? `${size} bytes are left of at least ${needed}` : undefined;
  } finally {
    closeSync(handle);
  }
}

function metaAt(handle: number, position: number) {
  const page = Buffer.alloc(metaBytes);
  if (readSync(handle, page, 0, metaBytes, position) < metaBytes) return undefined;
  const pageSize = page.readUInt32LE(pageSizeAt);
  const isMeta = page.readUInt32LE(magicAt) === magic && page.readUInt32LE(versionAt) === version;
  const isPageSize = pageSize >= 512 && pageSize <= 65_536 && Number.isInteger(Math.log2(pageSize));
  return isMeta && isPageSize ? { pageSize, lastPage: Number(page.readBigUInt64LE(lastPageAt)) } : undefined;
}
