import fc from 'fast-check';
import sharp from 'sharp';
import { expect } from 'vitest';
import type { Embedding } from '../../src/embedder/embedder.ts';

/** Any UTF-16, lone surrogates included. */
export const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

const vocabulary =
  'a red apple cat dog sleeping on the sofa mountain river oil painting highly detailed neon city rain'.split(' ');

export function sentence(seed: number, length: number): string {
  const words = Array.from({ length }, (_, place) => vocabulary[(seed * 7 + place * (seed + 3)) % vocabulary.length]);
  return [...words, seed].join(' ');
}

/** A house of one colour under a sun. */
export function drawing(colour: string, background = '#9cf'): Promise<Buffer> {
  return sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><rect width="320" height="320" fill="${background}"/>
      <circle cx="250" cy="60" r="40" fill="#fd0"/><path d="M40 170 L130 90 L220 170 Z" fill="#833"/><rect x="60" y="170" width="140" height="120" fill="${colour}"/></svg>`),
  )
    .png()
    .toBuffer();
}

export function plain(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#4a6' } })
    .png()
    .toBuffer();
}

export function expectUnit(vector: Embedding | undefined, dimensions: number): void {
  expect(vector).toBeInstanceOf(Float32Array);
  expect(vector).toHaveLength(dimensions);
  expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
}

export function cosine(a: Embedding | undefined, b: Embedding | undefined): number {
  if (!a || !b) throw new Error('There is no vector to compare');
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);
}
