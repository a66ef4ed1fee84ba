import { decode, isBlurhashValid } from './blurhash.js';
import { el } from './dom.js';

// Pixels; it is shown large, and blurred by that.
const side = 32;

/** A picture's colours, for the time until it is loaded; undefined without a hash. */
export function placeholderView(hash) {
  if (!hash || !isBlurhashValid(hash).result) return undefined;
  const canvas = el('canvas', { class: 'placeholder', width: side, height: side, 'aria-hidden': 'true' });
  canvas.getContext('2d').putImageData(new ImageData(decode(hash, side, side), side, side), 0, 0);
  return canvas;
}
