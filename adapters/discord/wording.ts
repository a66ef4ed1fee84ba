import type { CommandInfo } from '../../src/chat.ts';
import { escapeCut, escapeText, oneLine } from './render/markdown.ts';

const longestTitle = 80;
const longestOpener = 1500;

/** A thread's name, and the message it is opened on. */
export interface Wording {
  title: string;
  opener: string;
}

/** Says who asked for what, in the words they used. */
export function wordingOf(
  who: string,
  { name, options }: CommandInfo,
  values: Readonly<Record<string, unknown>>,
): Wording {
  const main = Object.entries(options).find(([, option]) => option.type === 'text')?.[0];
  const text = main === undefined ? '' : String(values[main] ?? '');
  const others = Object.entries(values).filter(([option]) => option !== main && options[option]?.type !== 'image');
  const details = others.map(([option, value]) => `${option}: ${value}`).join(', ');
  const words = [text, details && `(${details})`].filter(Boolean).join(' ');
  return {
    title: oneLine(text, longestTitle) || `/${name}`,
    opener: introduction(who, `/${name} ${words}`),
  };
}

export function introduction(who: string, what: string): string {
  return `**${escapeText(oneLine(who, 100))}** · ${escapeCut(what.trim(), longestOpener)}`;
}
