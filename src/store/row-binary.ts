import { BotError } from '../errors.ts';

/** A column as a table declares it, and where a row has its cell. */
export type Column<Row> = { name: string } & (
  | { type: 'String'; cell: (row: Row) => string }
  | { type: 'UInt32'; cell: (row: Row) => number }
  | { type: 'Array(Float32)'; cell: (row: Row) => Float32Array }
);

const maxUInt32 = 2 ** 32 - 1;

/**
 * Rows as ClickHouse's RowBinary: cell after cell, little-endian, texts and arrays after their length (https://clickhouse.com/docs/interfaces/formats/RowBinary).
 * Half of a surrogate pair, which is no text, becomes the replacement character. Throws BotError `invalid_input` for a number that is no UInt32.
 */
export function encodeRowBinary<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer {
  let size = 0;
  for (const row of rows) for (const column of columns) size += sizeOf(column, row);
  const bytes = Buffer.allocUnsafe(size);
  let end = 0;
  for (const row of rows) for (const column of columns) end = write(bytes, end, column, row);
  return bytes;
}

function sizeOf<Row>(column: Column<Row>, row: Row): number {
  if (column.type === 'UInt32') return Uint32Array.BYTES_PER_ELEMENT;
  if (column.type === 'String') {
    const size = Buffer.byteLength(column.cell(row));
    return sizeOfLength(size) + size;
  }
  const vector = column.cell(row);
  return sizeOfLength(vector.length) + vector.byteLength;
}

/** Writes a cell and returns where the next one begins. */
function write<Row>(bytes: Buffer, start: number, column: Column<Row>, row: Row): number {
  if (column.type === 'UInt32') return bytes.writeUInt32LE(checked(column.name, column.cell(row)), start);
  if (column.type === 'String') {
    const text = column.cell(row);
    const begin = writeLength(bytes, start, Buffer.byteLength(text));
    return begin + bytes.write(text, begin);
  }
  const vector = column.cell(row);
  const begin = writeLength(bytes, start, vector.length);
  bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), begin);
  return begin + vector.byteLength;
}

function checked(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= maxUInt32) return value;
  throw new BotError('invalid_input', `The column ${name} holds whole numbers from 0 to ${maxUInt32}, not ${value}.`);
}

// Lengths are LEB128: seven bits a byte, the lowest first, the highest bit set on all but the last.
function sizeOfLength(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest >>>= 7) size++;
  return size;
}

function writeLength(bytes: Buffer, start: number, length: number): number {
  let end = start;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes[end++] = (rest & 0x7f) | 0x80;
  bytes[end++] = rest;
  return end;
}
