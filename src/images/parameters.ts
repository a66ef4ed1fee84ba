/** How a picture was made, as far as it says so itself; AUTOMATIC1111's names in comments. */
export interface PictureParameters {
  prompt: string;
  negativePrompt?: string | undefined;
  /** Steps */
  steps?: number | undefined;
  /** Sampler */
  sampler?: string | undefined;
  /** CFG scale */
  guidance?: number | undefined;
  /** Seed */
  seed?: number | undefined;
  /** Size, in pixels: `512x768`. */
  width?: number | undefined;
  height?: number | undefined;
  /** Model */
  model?: string | undefined;
  /** Ours: the backend, the id of the generation, and its parent's. */
  generator?: string | undefined;
  generation?: string | undefined;
  parent?: string | undefined;
}

const negativeLabel = 'Negative prompt:';
const exactPrompt = 'Exact prompt';
const exactNegative = 'Exact negative prompt';

/** A last line that begins with one of these is no part of the prompt, however short it is. */
const firstNames = new Set([
  'Steps',
  'Sampler',
  'CFG scale',
  'Seed',
  'Size',
  'Model',
  'Generator',
  'Promptory',
  'Parent',
  exactPrompt,
  exactNegative,
]);

/** A1111 takes a last line for settings from this many on. */
const fewestSettings = 3;

/**
 * The text other tools read, in AUTOMATIC1111's convention: the prompt, `Negative prompt: …`, and a line of settings.
 * A prompt that this layout can't hold as it is (lines that look like the layout, control characters) is repeated exactly among the settings.
 */
export function writeParameters(parameters: PictureParameters): string {
  const { prompt, negativePrompt } = parameters;
  const plain = layout(parameters, []);
  const read = readParameters(plain);
  const exact: Setting[] = [];
  if (read?.prompt !== prompt) exact.push([exactPrompt, JSON.stringify(prompt)]);
  if (exact.length > 0 || (read?.negativePrompt ?? '') !== (negativePrompt ?? ''))
    exact.push([exactNegative, JSON.stringify(negativePrompt ?? '')]);
  return exact.length === 0 ? plain : layout(parameters, exact);
}

/** Reads what `writeParameters`, A1111 and the tools that follow it write; undefined for a text without a prompt. */
export function readParameters(text: string): PictureParameters | undefined {
  const lines = text.trim().split('\n');
  const settings = settingsOf(lines.at(-1) ?? '');
  const described = settings ? lines.slice(0, -1) : lines;
  const { prompt, negativePrompt } = readPrompts(described, settings ?? new Map());
  if (!prompt) return undefined;
  const known = settings ?? new Map<string, string>();
  const [width, height] = sizeOf(known.get('Size'));
  return withoutAbsent({
    prompt,
    negativePrompt,
    steps: wholeNumber(known.get('Steps')),
    sampler: known.get('Sampler'),
    guidance: positiveNumber(known.get('CFG scale')),
    seed: wholeNumber(known.get('Seed')),
    width,
    height,
    model: known.get('Model'),
    generator: known.get('Generator'),
    generation: known.get('Promptory'),
    parent: known.get('Parent'),
  });
}

type Setting = readonly [name: string, value: string];

function layout(parameters: PictureParameters, exact: readonly Setting[]): string {
  const { prompt, negativePrompt, width, height } = parameters;
  const settings: [string, string | number | undefined][] = [
    ['Steps', parameters.steps],
    ['Sampler', parameters.sampler],
    ['CFG scale', parameters.guidance],
    ['Seed', parameters.seed],
    ['Size', width === undefined || height === undefined ? undefined : `${width}x${height}`],
    ['Model', parameters.model],
    ['Generator', parameters.generator],
    ['Promptory', parameters.generation],
    ['Parent', parameters.parent],
  ];
  const written = [
    ...settings.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}: ${quoted(value)}`])),
    ...exact.map(([name, value]) => `${name}: ${value}`),
  ];
  const lines = [
    printable(prompt),
    ...(negativePrompt ? [`${negativeLabel} ${printable(negativePrompt)}`] : []),
    ...(written.length > 0 ? [written.join(', ')] : []),
  ];
  return lines.join('\n');
}

/** As A1111 quotes: JSON, where the value would end early. */
function quoted(value: string | number): string {
  const text = String(value);
  const isPlain = text === text.trim() && !/[,:"\p{Cc}\p{Cs}]/u.test(text);
  return isPlain ? text : JSON.stringify(text);
}

/** No tool expects control characters but line breaks, and PNG forbids NUL. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|\p{Cs}/gu, ' ');
}

/** The settings in A1111's form `Name: value, Name: "quoted, value"`; undefined when the line is of another kind. */
function settingsOf(line: string): Map<string, string> | undefined {
  const settings = new Map<string, string>();
  // Sticky, and names end at the next comma: a hostile line of any length is read once.
  const setting = /\s*(\w[\w \-/]*):\s*("(?:\\.|[^\\"])*"(?=\s*(?:,|$))|[^,]*)/y;
  for (let at = 0; at < line.length; ) {
    setting.lastIndex = at;
    const [whole, name, value = ''] = setting.exec(line) ?? [];
    if (whole !== undefined && name !== undefined) settings.set(name, unquoted(value.trim()));
    const comma = line.indexOf(',', at + (whole?.length ?? 0));
    at = comma < 0 ? line.length : comma + 1;
  }
  const [first = ''] = settings.keys();
  const isOurs = firstNames.has(first) && line.trimStart().startsWith(`${first}:`);
  return isOurs || settings.size >= fewestSettings ? settings : undefined;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : value;
  } catch {
    return value;
  }
}

function readPrompts(lines: readonly string[], settings: ReadonlyMap<string, string>) {
  const trimmed = lines.map((line) => line.trim());
  const start = trimmed.findIndex((line) => line.startsWith(negativeLabel));
  const prompt = (start < 0 ? trimmed : trimmed.slice(0, start)).join('\n');
  const negative = start < 0 ? '' : trimmed.slice(start).map(withoutLabel).join('\n');
  return {
    prompt: settings.get(exactPrompt) ?? prompt,
    negativePrompt: (settings.get(exactNegative) ?? negative) || undefined,
  };
}

function withoutLabel(line: string): string {
  return line.startsWith(negativeLabel) ? line.slice(negativeLabel.length).trim() : line;
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = /^\d+$/.test(text ?? '') ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function positiveNumber(text: string | undefined): number | undefined {
  return /^\d{1,6}(\.\d{1,6})?$/.test(text ?? '') ? Number(text) : undefined;
}

function sizeOf(text: string | undefined): [number | undefined, number | undefined] {
  const [, width, height] = /^(\d{1,6})x(\d{1,6})$/.exec(text ?? '') ?? [];
  return [wholeNumber(width), wholeNumber(height)];
}

function withoutAbsent(parameters: PictureParameters): PictureParameters {
  const present = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return { ...Object.fromEntries(present), prompt: parameters.prompt };
}
