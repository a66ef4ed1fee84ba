import type { CommandOption, CommandOptions } from './chat.ts';
import { BotError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

/** A checked value: text and choices are strings, integers numbers, flags booleans. Image options come as attachments instead. */
export type OptionValue = string | number | boolean | undefined;

type Reading = { value: OptionValue } | { fault: string };

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/**
 * Checks and coerces the options of a command, as they come from any platform: typed values or strings. Undefined, null
 * and blank text count as not given. Throws one BotError `invalid_input` that lists every fault.
 */
export function readOptions(
  options: CommandOptions,
  given: Readonly<Record<string, unknown>>,
): Record<string, OptionValue> {
  const faults = Object.keys(given).flatMap((name) =>
    Object.hasOwn(options, name) ? [] : [unknownOption(name, options)],
  );
  const values: [string, OptionValue][] = [];
  for (const [name, option] of Object.entries(options)) {
    const reading = readOption(name, option, Object.hasOwn(given, name) ? given[name] : undefined);
    if ('fault' in reading) faults.push(reading.fault);
    else values.push([name, reading.value]);
  }
  if (faults.length > 0) throw new BotError('invalid_input', faults.join('\n'));
  return Object.fromEntries(values);
}

/** Says that there is no such option, and which one may be meant. */
export function unknownOption(name: string, options: CommandOptions): string {
  const shown = clip(name);
  const names = Object.keys(options).filter((known) => options[known]?.type !== 'image');
  const nearest = nearestName(name, names);
  if (nearest) return `There is no option --${shown}. Did you mean --${nearest}?`;
  const known = names.map((option) => `--${option}`).join(', ');
  return `There is no option --${shown}. ${known ? `There are ${known}.` : 'This command takes none.'}`;
}

/** Text as it is kept: NFC, line ends as \n, without control characters (but tab and newline) and broken surrogates. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '')
    .normalize('NFC');
}

function readOption(name: string, option: CommandOption, given: unknown): Reading {
  const value = typeof given === 'string' ? cleanText(given) : given;
  const isAbsent = value === undefined || value === null || (typeof value === 'string' && isBlank(value));
  if (option.type === 'image')
    return isAbsent ? { value: undefined } : { fault: `Attach the picture itself instead of --${name}.` };
  if (isAbsent) return option.required ? { fault: missing(name, option) } : { value: undefined };
  switch (option.type) {
    case 'text':
      return readText(name, value, option.maxLength);
    case 'integer':
      return readInteger(name, value, option);
    case 'choice':
      return readChoice(name, value, option.choices);
    case 'flag':
      return readFlag(name, value);
  }
}

/** True for text that shows nothing: spaces and invisible format characters. */
function isBlank(text: string): boolean {
  return /^[\s\p{Cf}]*$/u.test(text);
}

function missing(name: string, option: CommandOption): string {
  return option.type === 'text'
    ? 'Write what you want to see, for example /prompt a cat sleeping on the sofa'
    : `--${name} is needed: ${option.description}.`;
}

function readText(name: string, value: unknown, maxLength: number): Reading {
  if (typeof value !== 'string') return { fault: `--${name} must be text.` };
  const text = value.trim();
  const length = [...text].length;
  return length > maxLength
    ? { fault: `--${name} can have at most ${maxLength} characters; this has ${length}.` }
    : { value: text };
}

function readInteger(name: string, value: unknown, { min, max }: { min: number; max: number }): Reading {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max
    ? { value: number }
    : { fault: `--${name} must be a whole number from ${min} to ${max}${shown(value)}.` };
}

function readChoice(name: string, value: unknown, choices: readonly string[]): Reading {
  const wanted = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  const choice = choices.find((known) => known.toLowerCase() === wanted);
  return choice === undefined
    ? { fault: `--${name} must be one of ${choices.join(', ')}${shown(value)}.` }
    : { value: choice };
}

function readFlag(name: string, value: unknown): Reading {
  const isSimple = typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number';
  const key = isSimple ? String(value).trim().toLowerCase() : '';
  return Object.hasOwn(truths, key) ? { value: truths[key] } : { fault: `--${name} is on or off${shown(value)}.` };
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `, not "${clip(String(value))}"` : '';
}

function clip(text: string): string {
  const cleaned = cleanText(text).replace(/\s+/g, ' ').trim();
  return cleaned.length > 40 ? `${[...cleaned].slice(0, 40).join('')}…` : cleaned;
}
