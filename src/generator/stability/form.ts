import type { ImageRequest } from '../generator.ts';
import { aspectSizes, type StabilityModel } from './models.ts';

export const longestText = 10_000;
const largestSeed = 2 ** 32 - 2;

/** What the operator's guidance becomes: SD 3.5 alone takes one, from 1 to 10. */
export function guidanceFor({ endpoint }: StabilityModel, guidance: number | undefined): number | undefined {
  if (guidance === undefined || endpoint !== 'sd3') return undefined;
  return Math.min(10, Math.max(1, guidance));
}

/** The fields of one call, which makes one picture. `source` is a PNG of the size asked for. */
export function formOf(
  request: ImageRequest,
  model: StabilityModel,
  { source, guidance }: { source: Uint8Array | undefined; guidance: number | undefined },
): FormData {
  const form = new FormData();
  // The service refuses an empty prompt.
  form.set('prompt', request.prompt.trim().slice(0, longestText) || 'anything');
  const unwanted = request.negativePrompt?.trim().slice(0, longestText);
  if (unwanted) form.set('negative_prompt', unwanted);
  form.set('seed', String(serviceSeed(request.seed)));
  form.set('output_format', 'png');
  if (model.model) form.set('model', model.model);
  if (guidance !== undefined) form.set('cfg_scale', String(guidance));
  if (source) addSource(form, request, model, source);
  else form.set('aspect_ratio', aspectOf(request));
  return form;
}

function addSource(form: FormData, request: ImageRequest, { endpoint }: StabilityModel, source: Uint8Array): void {
  if (endpoint === 'sd3') form.set('mode', 'image-to-image');
  form.set('image', new Blob([Buffer.from(source)], { type: 'image/png' }), 'source.png');
  form.set('strength', String(request.source?.strength ?? 1));
}

function aspectOf({ width, height }: ImageRequest): string {
  return aspectSizes.find((size) => size.width === width && size.height === height)?.aspect ?? '1:1';
}

/** 0 means "any" to the service, and 2^32 - 1 is beyond its largest: both get one from the far end. */
function serviceSeed(seed: number): number {
  if (seed === 0) return largestSeed;
  return seed > largestSeed ? largestSeed - 1 : seed;
}
