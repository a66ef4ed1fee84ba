import { z } from 'zod';

const tagged = z.object({ $type: z.string(), value: z.unknown() }).strict();

/** Plain data as JSON; vectors, bytes and dates come back as what they were, undefined fields are left out. */
export function encode(data: unknown): string {
  return JSON.stringify({ data: pack(data) });
}

export function decode(text: string): unknown {
  // A step without a result has no data.
  return unpack(z.object({ data: z.unknown().optional() }).parse(JSON.parse(text)).data);
}

function pack(value: unknown): unknown {
  if (value instanceof Date) return { $type: 'Date', value: value.toISOString() };
  if (value instanceof Float32Array) return { $type: 'Float32Array', value: base64(value) };
  if (value instanceof Uint8Array) return { $type: 'Uint8Array', value: base64(value) };
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== 'object' || value === null) return value;
  const plain = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, pack(field)]));
  // Somebody's own data that looks like ours.
  return '$type' in value ? { $type: 'Object', value: plain } : plain;
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== 'object' || value === null) return value;
  const { success, data } = tagged.safeParse(value);
  return success ? unpackTagged(data.$type, data.value) : unpackFields(value);
}

function unpackTagged(type: string, value: unknown): unknown {
  const text = String(value);
  if (type === 'Date') return new Date(text);
  if (type === 'Uint8Array') return new Uint8Array(Buffer.from(text, 'base64'));
  if (type === 'Float32Array') return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
  return unpackFields(Object(value));
}

function unpackFields(value: object): unknown {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, unpack(field)]));
}

function base64({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
