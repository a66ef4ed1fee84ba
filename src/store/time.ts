import { z } from 'zod';

/** A DateTime64(3) as the engine reads it: UTC, to the millisecond. */
export function toTimestamp(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

/** Milliseconds since 1970 of a DateTime64(3) column; as a number or, from servers that quote 64 bits, as a text. */
export function fromMilliseconds(column: string): string {
  return `toUnixTimestamp64Milli(${column})`;
}

export const milliseconds = z.coerce.number();
