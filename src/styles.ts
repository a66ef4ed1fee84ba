export interface Style {
  /** What people choose. */
  name: string;
  /** What is added to the prompt: words that proven prompts use, so that search finds them too. */
  words: string;
}

/** The styles offered by name; at most 25, which is what Discord takes as choices. */
export const styles: readonly Style[] = [
  { name: 'watercolor', words: 'watercolor painting, soft washes' },
  { name: 'oil painting', words: 'oil painting on canvas, thick brush strokes' },
  { name: 'pencil', words: 'pencil drawing, cross hatching, sketchbook page' },
  { name: 'line art', words: 'line art, clean ink outlines' },
  { name: 'pixel art', words: 'pixel art, 16 bit' },
  { name: 'poster', words: 'poster art, flat colors, bold shapes' },
  { name: 'storybook', words: 'storybook illustration, pastel colors' },
  { name: 'mosaic', words: 'mosaic of small tiles' },
  { name: 'neon', words: 'neon glow, cyberpunk' },
  { name: 'black and white', words: 'black and white photography, high contrast' },
  { name: 'vintage', words: 'vintage photograph, sepia tone' },
  { name: 'analog film', words: '35mm film photo, film grain' },
  { name: 'cinematic', words: 'cinematic lighting, movie still' },
  { name: 'bokeh', words: 'shallow depth of field, bokeh' },
  { name: 'dreamy', words: 'dreamy soft focus, ethereal light' },
  { name: 'moody', words: 'dark and moody, dramatic light' },
];

/** What a style adds to a prompt; undefined for a name that is not offered. */
export function styleWords(name: string): string | undefined {
  return styles.find((style) => style.name === name)?.words;
}
