const megapixelFamilies =
  /xl|pony|illustrious|noobai|animagine|juggernaut|flux|sd3|stable-diffusion-3|3\.5|qwen|z[-_]?image|chroma|lumina|hidream|kolors|pixart|cascade/i;
const halfMegapixelFamilies =
  /(?:^|[^0-9.])(?:sd)?[-_]?v?(?:1[._-]?[45]|2[._-][01])(?:[^0-9]|$)|dreamshaper|deliberate|realistic_?vision/i;

/**
 * Pixels of the square that a model was trained on, told by its name: 1024 x 1024 for SDXL and later, 512 x 512 for
 * SD 1.x and 2.x, undefined where the name says neither.
 */
export function usualPixelsOf(model: string | undefined): number | undefined {
  if (model === undefined) return undefined;
  if (megapixelFamilies.test(model)) return 1024 * 1024;
  return halfMegapixelFamilies.test(model) ? 512 * 512 : undefined;
}
