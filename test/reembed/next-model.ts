import { hash } from 'node:crypto';
import type { Embedder } from '../../src/embedder/embedder.ts';
import type { Pictures } from '../../src/importer/pictures.ts';
import { randomVector } from '../store/vectors.ts';

export const nextModel = { name: 'next-model', dimensions: 24 };

/** A vector of a text that is the same in every run, by a model of another width. */
export function nextVector(text: string): Float32Array {
  return randomVector(Number.parseInt(hash('sha256', text).slice(0, 8), 16), nextModel.dimensions);
}

export const nextEmbedder: Pick<Embedder, 'embedTexts'> = {
  embedTexts: async (texts) => texts.map(nextVector),
};

/** Pictures whose vector comes from their address; those named `gone` can't be had. */
export const nextPictures: Pictures = {
  embeds: true,
  of: async (url) => (url.includes('gone') ? { url, dead: 'it is gone' } : { url, vector: nextVector(url) }),
};
