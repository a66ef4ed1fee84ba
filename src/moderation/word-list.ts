import { readFileSync } from 'node:fs';
import { BotError } from '../errors.ts';
import { entryReadings } from './fold.ts';

/** One line of the operator's list. */
export interface ListEntry {
  line: number;
  /** As the operator wrote it. */
  text: string;
  /** Marks what holds it as adult content, instead of refusing it. */
  isAdult: boolean;
  /** Undefined: words, in `readings`. */
  pattern?: RegExp | undefined;
  /** In every way it may be written, as words. */
  readings: readonly (readonly string[])[];
}

const longestEntry = 200;
const adultMark = /^nsfw:\s*/i;
const patternForm = /^\/(.+)\/([a-z]*)$/;
const knownFlags = /^[imsu]*$/;

/** Reads the file of BLOCKED_WORDS_FILE. Throws BotError `invalid_settings` that lists every faulty line. */
export function readWordList(file: string): ListEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BotError(
      'invalid_settings',
      `BLOCKED_WORDS_FILE ${file} can't be read. Check its path, or remove the setting.`,
      { cause },
    );
  }
  const { entries, faults } = parseWordList(text);
  if (faults.length === 0) return entries;
  const listed = faults.map((fault) => `  - ${fault}`).join('\n');
  throw new BotError('invalid_settings', `BLOCKED_WORDS_FILE ${file} has faults:\n${listed}`);
}

/** One word, phrase or /pattern/ a line; `#` begins a comment line, and `nsfw:` an entry that marks instead of refusing. */
export function parseWordList(text: string): { entries: ListEntry[]; faults: string[] } {
  const entries: ListEntry[] = [];
  const faults: string[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    const entry = parseEntry(written, line);
    if (typeof entry === 'string') faults.push(`line ${line}: ${entry}`);
    else entries.push(entry);
  }
  return { entries, faults };
}

/** An entry, or what is wrong with it. */
function parseEntry(written: string, line: number): ListEntry | string {
  const isAdult = adultMark.test(written);
  const text = written.replace(adultMark, '');
  if (text.length > longestEntry) return `is longer than ${longestEntry} characters`;
  const [, source, flags = ''] = patternForm.exec(text) ?? [];
  if (source !== undefined) return parsePattern({ text, line, isAdult, readings: [] }, source, flags);
  const readings = entryReadings(text);
  if (readings.some((words) => words.join('').length === 0)) return 'holds no letter and no digit';
  if (readings.some(isOneLetter)) return `${text} is a single letter, which many prompts hold: write a word`;
  return { text, line, isAdult, readings };
}

function isOneLetter([first = '', ...more]: readonly string[]): boolean {
  return more.length === 0 && /^[\p{Script=Latin}\p{N}]$/u.test(first);
}

function parsePattern(entry: ListEntry, source: string, flags: string): ListEntry | string {
  if (!knownFlags.test(flags)) return `/${flags}: only the flags i, m, s and u are known`;
  try {
    const pattern = new RegExp(source, flags);
    return pattern.test('') ? 'the pattern matches every text, even none' : { ...entry, pattern };
  } catch (error) {
    return error instanceof Error ? error.message : 'is no regular expression';
  }
}
