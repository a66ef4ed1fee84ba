import { createHash } from 'node:crypto';
import { BotError } from '../../src/errors.ts';
import { oneLine } from './render/markdown.ts';

export interface Suggestions {
  /** Choices for a completion. A text that is too long for Discord goes by a short name that `resolve` knows. */
  choices(texts: readonly string[]): { name: string; value: string }[];
  /** The full text of a chosen value. Throws BotError `invalid_input` for a short name from before a restart. */
  resolve(value: string): string;
}

const longestChoice = 100;
const mostChoices = 25;
const remembered = 5000;
const prefix = 'past:';

export function createSuggestions(): Suggestions {
  const texts = new Map<string, string>();

  function nameFor(text: string): string {
    const name = `${prefix}${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    texts.delete(name);
    texts.set(name, text);
    const [oldest] = texts.keys();
    if (texts.size > remembered && oldest !== undefined) texts.delete(oldest);
    return name;
  }

  return {
    choices: (suggested) =>
      suggested
        .filter((text) => text.trim() !== '')
        .slice(0, mostChoices)
        .map((text) => ({
          name: oneLine(text, longestChoice),
          value: text.length > longestChoice ? nameFor(text) : text,
        })),
    resolve(value) {
      if (!/^past:[0-9a-f]{32}$/.test(value)) return value;
      const text = texts.get(value);
      if (text === undefined) {
        throw new BotError(
          'invalid_input',
          'This completion is from before a restart. Type the prompt, or pick it again.',
        );
      }
      return text;
    },
  };
}
