import type { CommandInfo, CommandOption, CommandOptions } from './chat.ts';
import { unknownOption } from './command-options.ts';
import { BotError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

export interface CommandLine {
  command: string;
  /** As typed; `readOptions` checks them. */
  options: Record<string, unknown>;
}

// Phones type — for -- and “ ” for " ".
const flagPattern = /(--|—|–)(\p{L}[\p{L}\p{N}_-]*)(?:=|(?=\s|$))/uy;
const doubleQuoted = /["“”„«»]((?:\\[\s\S]|[^"“”„«»\\])*)["“”„«»](?=[\s,.;:!?)]|$)/uy;
const singleQuoted = /['‘’‚]((?:\\[\s\S]|[^'‘’‚\\])*)['‘’‚](?=\s|$)/uy;
const spacePattern = /\s*/uy;
const wordPattern = /\S*/uy;

/**
 * Parses what a person types on one line: `/prompt a cat, "purring" --count 4 --negative "people, text" --raw`.
 * Words outside flags go to the first text option as typed; quotes around all of them are taken off. A flag's text runs to
 * the next flag unless it is quoted; inside quotes `\"` is a quote. Throws BotError `invalid_input` for what it can't place.
 */
export function parseCommandLine(text: string, commands: readonly CommandInfo[]): CommandLine {
  const [, name, rest] = /^\s*\/(\S*)([\s\S]*)$/u.exec(text) ?? [];
  const command = commands.find((known) => known.name.toLowerCase() === name?.toLowerCase());
  if (!command || rest === undefined) throw unknownCommand(name ?? '', commands);
  const { given, words } = scan(rest, command.options);
  const wordsOption = Object.keys(command.options).find((option) => command.options[option]?.type === 'text');
  if (words !== '' && wordsOption === undefined) {
    throw new BotError('invalid_input', `/${command.name} takes no words after it.`);
  }
  if (words !== '' && wordsOption !== undefined) put(given, wordsOption, words);
  return { command: command.name, options: Object.fromEntries(given) };
}

function unknownCommand(name: string, commands: readonly CommandInfo[]): BotError {
  const nearest =
    name &&
    nearestName(
      name,
      commands.map((command) => command.name),
    );
  const known = commands.map((command) => `/${command.name}`).join(', ');
  if (!name) return new BotError('invalid_input', `Start with a command: ${known}.`);
  const shown = name.length > 40 ? `${[...name].slice(0, 40).join('')}…` : name;
  return new BotError(
    'invalid_input',
    `There is no command /${shown}. ${nearest ? `Did you mean /${nearest}?` : `There are ${known}.`}`,
  );
}

function scan(text: string, options: CommandOptions): { given: Map<string, unknown>; words: string } {
  const given = new Map<string, unknown>();
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const flag = flagAt(text, at, options);
    if (flag) {
      const { value, end } = valueAt(text, flag.end, flag.name, flag.option, options);
      put(given, flag.name, value);
      at = end;
    } else {
      const end = endOfWords(text, at, options);
      pieces.push(text.slice(at, end).trim());
      at = end;
    }
  }
  return { given, words: wholly(pieces.filter(Boolean).join(' ')) };
}

function put(given: Map<string, unknown>, name: string, value: unknown): void {
  if (given.has(name)) throw new BotError('invalid_input', `--${name} is given twice; once is enough.`);
  given.set(name, value);
}

interface Flag {
  name: string;
  option: CommandOption;
  end: number;
}

/** The flag at the start of a word, if one is there. A long dash before an unknown name is punctuation, two hyphens are a slip. */
function flagAt(text: string, at: number, options: CommandOptions): Flag | undefined {
  const match = matchAt(flagPattern, text, at);
  const [whole = '', dashes, typed = ''] = match ?? [];
  if (!match) return undefined;
  const name = Object.keys(options).find((known) => known.toLowerCase() === typed.toLowerCase());
  const option = name === undefined ? undefined : options[name];
  if (name !== undefined && option !== undefined) return { name, option, end: at + whole.length };
  if (dashes !== '--') return undefined;
  throw new BotError(
    'invalid_input',
    `${unknownOption(typed, options)} Put the words in quotes if they belong to the text.`,
  );
}

function valueAt(text: string, after: number, name: string, option: CommandOption, options: CommandOptions) {
  const hasEquals = text[after - 1] === '=';
  if (option.type === 'flag' && !hasEquals) return { value: true, end: after };
  const start = after + (matchAt(spacePattern, text, after)?.[0].length ?? 0);
  const quoted = matchAt(doubleQuoted, text, start) ?? matchAt(singleQuoted, text, start);
  if (quoted) return { value: withoutEscapes(quoted[1] ?? ''), end: start + quoted[0].length };
  const end = start < text.length && !flagAt(text, start, options) ? endOfValue(text, start, option, options) : start;
  if (end === start) throw new BotError('invalid_input', `--${name} needs a value: ${option.description}.`);
  return { value: text.slice(start, end).trim(), end };
}

function endOfValue(text: string, start: number, option: CommandOption, options: CommandOptions): number {
  if (option.type === 'text') return endOfWords(text, start, options);
  const rest = text.slice(start, start + 100).toLowerCase();
  const choices = option.type === 'choice' ? option.choices : [];
  // A choice may have several words: the longest that is typed here counts.
  const typed = choices
    .filter((choice) => rest.startsWith(choice.toLowerCase()) && /^(?:\s|$)/u.test(rest.slice(choice.length)))
    .sort((one, other) => other.length - one.length)[0];
  return start + (typed?.length ?? matchAt(wordPattern, text, start)?.[0].length ?? 0);
}

/** Where words end: at the next flag that is not inside quotes. A quote that nothing closes is a character like any other. */
function endOfWords(text: string, start: number, options: CommandOptions): number {
  let at = start;
  while (at < text.length) {
    at += matchAt(spacePattern, text, at)?.[0].length ?? 0;
    if (at > start && flagAt(text, at, options)) return at;
    at += matchAt(doubleQuoted, text, at)?.[0].length ?? 0;
    at += matchAt(wordPattern, text, at)?.[0].length ?? 0;
  }
  return at;
}

/** Takes off quotes that stand around the whole of the words, as people type them out of habit. */
function wholly(words: string): string {
  const match = matchAt(doubleQuoted, words, 0);
  return match && match[0].length === words.length ? withoutEscapes(match[1] ?? '') : words;
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(["“”„«»'‘’‚\\])/gu, '$1');
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
