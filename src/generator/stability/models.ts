import type { Size } from '../generator.ts';
import { unknownModel } from '../unknown-model.ts';

export interface StabilityModel {
  /** Below `/v2beta/stable-image/generate/`. */
  endpoint: 'ultra' | 'core' | 'sd3';
  /** The field `model`, for the endpoint that has several. */
  model?: string;
  hasSource: boolean;
}

/** What the service offers, best known first (https://platform.stability.ai/docs/api-reference). */
export const stabilityModels: ReadonlyMap<string, StabilityModel> = new Map([
  ['core', { endpoint: 'core', hasSource: false }],
  ['ultra', { endpoint: 'ultra', hasSource: true }],
  ['sd3.5-large', { endpoint: 'sd3', model: 'sd3.5-large', hasSource: true }],
  ['sd3.5-large-turbo', { endpoint: 'sd3', model: 'sd3.5-large-turbo', hasSource: true }],
  ['sd3.5-medium', { endpoint: 'sd3', model: 'sd3.5-medium', hasSource: true }],
  ['sd3.5-flash', { endpoint: 'sd3', model: 'sd3.5-flash', hasSource: true }],
]);

/** Throws BotError `invalid_input` that names those there are. */
export function modelNamed(name: string): StabilityModel {
  const model = stabilityModels.get(name);
  if (!model) throw unknownModel(name, [...stabilityModels.keys()]);
  return model;
}

interface AspectSize extends Size {
  /** The field `aspect_ratio`. */
  aspect: string;
}

/** A megapixel in each aspect the service has; the picture itself tells what was really made. */
export const aspectSizes: readonly AspectSize[] = [
  { aspect: '1:1', width: 1024, height: 1024 },
  { aspect: '3:2', width: 1216, height: 832 },
  { aspect: '2:3', width: 832, height: 1216 },
  { aspect: '5:4', width: 1088, height: 896 },
  { aspect: '4:5', width: 896, height: 1088 },
  { aspect: '16:9', width: 1344, height: 768 },
  { aspect: '9:16', width: 768, height: 1344 },
  { aspect: '21:9', width: 1536, height: 640 },
  { aspect: '9:21', width: 640, height: 1536 },
];
