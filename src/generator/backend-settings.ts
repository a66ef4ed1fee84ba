import { z } from 'zod';
import { nearestName } from '../nearest-name.ts';

export const backendKinds = ['sketch', 'a1111', 'comfyui', 'sdcpp', 'openai', 'stability'] as const;
export type BackendKind = (typeof backendKinds)[number];

// Those of the GPT image models: https://platform.openai.com/docs/api-reference/images/create
const qualities = ['auto', 'low', 'medium', 'high'] as const;
export type Quality = (typeof qualities)[number];

/** One image backend as the operator named it. */
export interface BackendSettings {
  kind: BackendKind;
  /** May carry a login (`http://user:password@host`); undefined: this machine, or the service's own. */
  url: string | undefined;
  /** Unique: its kind, or kind and host where there are several of the kind, or what `name=` says. */
  name: string;
  /** Its share of the work, relative to the others'. */
  weight: number;
  /** Every picture costs money, as at a service. */
  isPaid: boolean;
  model: string | undefined;
  steps: number | undefined;
  /** Classifier-free guidance (CFG scale). */
  guidance: number | undefined;
  sampler: string | undefined;
  /** What OpenAI's API shall spend on a picture, which sets its price. */
  quality: Quality | undefined;
}

const always = ['name', 'weight', 'paid'];
const sampling = ['model', 'steps', 'guidance', 'sampler'];
const kinds: Readonly<Record<BackendKind, { hasUrl: boolean; isPaid?: boolean; options: readonly string[] }>> = {
  sketch: { hasUrl: false, options: always },
  a1111: { hasUrl: true, options: [...always, ...sampling] },
  comfyui: { hasUrl: true, options: [...always, ...sampling] },
  sdcpp: { hasUrl: true, options: [...always, ...sampling] },
  openai: { hasUrl: true, isPaid: true, options: [...always, 'model', 'quality'] },
  stability: { hasUrl: true, isPaid: true, options: [...always, 'model', 'guidance'] },
};

const number = z.coerce.number({ error: 'must be a number' });
const optionValues = z.object({
  name: z
    .string()
    .regex(/^[\w.:-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, colons, dashes')
    .optional(),
  weight: number.nonnegative('must be 0 or more').max(1000, 'must be at most 1000').default(1),
  paid: z
    .enum(['yes', 'no'], { error: 'must be yes or no' })
    .transform((answer) => answer === 'yes')
    .optional(),
  model: z.string().optional(),
  steps: number.int('must be a whole number').min(1, 'must be at least 1').max(500, 'must be at most 500').optional(),
  guidance: number.min(0, 'must be at least 0').max(100, 'must be at most 100').optional(),
  sampler: z.string().optional(),
  quality: z.enum(qualities, { error: `must be one of ${qualities.join(', ')}` }).optional(),
});
const address = z.url({ protocol: /^https?$/ });

/**
 * Reads a list such as `a1111 http://gpu1:7860 weight=2 model="sdxl base"; comfyui http://gpu2:8188; openai`: entries
 * apart by semicolons or lines, each a kind, then an address and options in any order; quotes keep spaces together.
 * `faults` lists everything wrong, without repeating an address, which may hold a password.
 */
export function parseBackends(text: string): { backends: BackendSettings[]; faults: string[] } {
  const faults: string[] = [];
  const entries = splitOutsideQuotes(text, /[;\n]/)
    .map((entry) => splitOutsideQuotes(entry, /\s/))
    .filter((words) => words.length > 0);
  if (entries.length === 0) faults.push('names no backend: name one, such as sketch, or leave it unset');
  const backends = entries.flatMap((words, index) => {
    const entry = readEntry(words);
    const place = entries.length === 1 ? '' : `entry ${index + 1} `;
    faults.push(...entry.faults.map((fault) => `${place}${fault}`));
    return entry.backend ? [entry.backend] : [];
  });
  const named = backends.map((backend) => ({ ...backend, name: backend.name ?? usualName(backend, backends) }));
  for (const name of repeated(named.map(({ name }) => name))) {
    faults.push(`has several backends called ${name}: tell them apart with name=`);
  }
  return { backends: named, faults };
}

type Unnamed = Omit<BackendSettings, 'name'> & { name: string | undefined };

function readEntry([kindName = '', ...words]: string[]): { backend?: Unnamed; faults: string[] } {
  const kind = backendKinds.find((known) => known === kindName.toLowerCase());
  if (!kind) {
    const shown = /^[\w-]+$/.test(kindName) ? `(${kindName.slice(0, 20)}) ` : '';
    return { faults: [`${shown}${unknown('kind of backend', kindName, backendKinds)}`] };
  }
  const faults: string[] = [];
  const given: Record<string, string> = {};
  let url: string | undefined;
  for (const word of words) {
    const [, name, value = ''] = /^([a-z_]+)=(.*)$/is.exec(word) ?? [];
    if (name === undefined) {
      if (!kinds[kind].hasUrl) faults.push('takes no address');
      else if (!address.safeParse(word).success) faults.push('has an address that is none, such as http://gpu1:7860');
      else url = word;
    } else if (!kinds[kind].options.includes(name)) {
      faults.push(`${name} ${unknown('option of it', name, kinds[kind].options)}`);
    } else given[name] = unquoted(value);
  }
  const parsed = optionValues.safeParse(given);
  if (!parsed.success) faults.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  const located = faults.map((fault) => `(${kind}) ${fault}`);
  if (!parsed.success) return { faults: located };
  const { name, weight, paid, model, steps, guidance, sampler, quality } = parsed.data;
  const isPaid = paid ?? kinds[kind].isPaid ?? false;
  return {
    backend: { kind, name, url, weight, isPaid, model, steps, guidance, sampler, quality },
    faults: located,
  };
}

/** The kind alone where it is unique, else with the host. */
function usualName({ kind, url }: Unnamed, all: readonly Unnamed[]): string {
  const isOnly = all.filter((other) => other.kind === kind).length === 1;
  return isOnly || !url ? kind : `${kind}-${new URL(url).host}`;
}

function repeated(names: readonly string[]): Set<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

function unknown(what: string, given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return `is no ${what}${nearest ? ` (did you mean ${nearest}?)` : ''}: there are ${known.join(', ')}`;
}

function splitOutsideQuotes(text: string, separator: RegExp): string[] {
  const parts = [''];
  let isQuoted = false;
  for (const letter of text) {
    if (letter === '"') isQuoted = !isQuoted;
    if (!isQuoted && separator.test(letter)) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

function unquoted(text: string): string {
  return text.replaceAll('"', '').trim();
}
