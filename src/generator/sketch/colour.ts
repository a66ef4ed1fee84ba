/** Colours a prompt can name: the base shade that backgrounds and recoloured subjects start from. */
export const namedColours = {
  red: '#d93a34',
  orange: '#f28c28',
  yellow: '#f7cf3d',
  green: '#3fa34d',
  teal: '#1f9e97',
  blue: '#2f6fd6',
  purple: '#7d4cc0',
  pink: '#ee7fb0',
  brown: '#8a5a36',
  black: '#2b2b30',
  grey: '#8d929a',
  white: '#f3f3f1',
  gold: '#d9a520',
  silver: '#b9c0c9',
} as const;

export type ColourName = keyof typeof namedColours;

interface Oklch {
  lightness: number;
  chroma: number;
  /** Radians. */
  hue: number;
}

const neutral: ReadonlySet<ColourName> = new Set(['black', 'grey', 'white', 'silver']);

/** An icon's colours with the hue of `target`: light and shade stay, outlines and highlights too. */
export function recolour(svg: string, target: ColourName): string {
  const base = toOklch(namedColours[target]);
  const shift = (base.lightness - 0.68) * 0.75;
  return svg.replace(/#(?:[0-9a-f]{6}|[0-9a-f]{3})\b/gi, (hex) => {
    const colour = toOklch(hex);
    if (isInkOrShine(colour) && !neutral.has(target)) return hex;
    const lightness = clamp(colour.lightness + shift, 0.12, 0.97);
    return toHex({ lightness, chroma: neutral.has(target) ? base.chroma : shadeChroma(base, colour), hue: base.hue });
  });
}

function isInkOrShine({ lightness, chroma }: Oklch): boolean {
  return lightness < 0.32 || (lightness > 0.93 && chroma < 0.05);
}

function shadeChroma(base: Oklch, colour: Oklch): number {
  return base.chroma * (colour.lightness > 0.85 ? 0.55 : 1);
}

/** A mix of two colours, `share` of the second (0 to 1), in OKLab, which keeps mixes clean. */
export function mix(first: string, second: string, share: number): string {
  const a = toOklab(first);
  const b = toOklab(second);
  return fromOklab([0, 1, 2].map((axis) => (a[axis] ?? 0) * (1 - share) + (b[axis] ?? 0) * share));
}

export function lighter(colour: string, share: number): string {
  return mix(colour, '#ffffff', share);
}

export function darker(colour: string, share: number): string {
  return mix(colour, '#0b0d1a', share);
}

function toOklch(hex: string): Oklch {
  const [lightness = 0, a = 0, b = 0] = toOklab(hex);
  return { lightness, chroma: Math.hypot(a, b), hue: Math.atan2(b, a) };
}

function toHex({ lightness, chroma, hue }: Oklch): string {
  return fromOklab([lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)]);
}

/** Björn Ottosson's OKLab (https://bottosson.github.io/posts/oklab/), public domain. */
function toOklab(hex: string): number[] {
  const [r = 0, g = 0, b = 0] = channels(hex).map(toLinear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness = 0, a = 0, b = 0]: readonly number[]): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map((value) => toByte(value).toString(16).padStart(2, '0')).join('')}`;
}

function channels(hex: string): number[] {
  const digits = hex.slice(1);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  return [0, 2, 4].map((start) => Number.parseInt(full.slice(start, start + 2), 16) / 255);
}

function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function toByte(linear: number): number {
  const value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(clamp(value, 0, 1) * 255);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
