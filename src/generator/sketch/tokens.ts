import { words } from './language.ts';
import type { Meaning, Vocabulary } from './vocabulary.ts';

/** A prompt cut into what its phrases mean, in order. */
export type Token =
  | { kind: 'phrase'; text: string; meaning: Meaning; plural: boolean }
  | { kind: 'number'; value: number }
  | { kind: 'and' }
  | { kind: 'article' }
  | { kind: 'unknown' }
  /** A comma, full stop or line end. */
  | { kind: 'break' };

/** Characters of a prompt that are read; what follows can't change a picture of at most four subjects. */
const maxCharacters = 4000;

/** Emoji sequences by the shape of UTS #51: `\p{RGI_Emoji}` needs the `v` flag of ES2024. */
const emojiSequence = String.raw`\p{RI}\p{RI}|\p{Extended_Pictographic}[\uFE0F\p{EMod}]*(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{EMod}]*)*`;

const pieces = new RegExp(
  String.raw`(${emojiSequence})|([\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*)|([,.;:!?|()\n\r、。，])`,
  'gu',
);

/** Reads a prompt by longest match against the vocabulary; emoji characters are phrases of their own. */
export function tokenise(prompt: string, vocabulary: Vocabulary): Token[] {
  const tokens: Token[] = [];
  let run: string[] = [];
  const flush = () => {
    tokens.push(...readWords(run, vocabulary));
    run = [];
  };
  for (const [, emoji, word, stop] of withoutWeights(prompt.slice(0, maxCharacters)).matchAll(pieces)) {
    if (word !== undefined) {
      run.push(...words(word));
      continue;
    }
    flush();
    if (stop !== undefined) tokens.push({ kind: 'break' });
    const icon = emoji === undefined ? undefined : vocabulary.ofEmoji(emoji);
    if (icon !== undefined) tokens.push({ kind: 'phrase', text: icon, meaning: { icons: [icon] }, plural: false });
  }
  flush();
  return tokens;
}

/** Attention weights of Stable Diffusion front ends, "(cat:1.2)", and flags such as "--ar 16:9" say nothing to draw. */
function withoutWeights(prompt: string): string {
  return prompt.replace(/:\d+(?:\.\d+)?(?=[)\]])/g, '').replace(/--\w+(?:\s+[\d.:]+)?/g, '');
}

function readWords(run: readonly string[], vocabulary: Vocabulary): Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < run.length; ) {
    const { token, length } = longestPhrase(run, start, vocabulary);
    tokens.push(token);
    start += length;
  }
  return tokens;
}

function longestPhrase(
  run: readonly string[],
  start: number,
  vocabulary: Vocabulary,
): { token: Token; length: number } {
  for (let length = Math.min(vocabulary.longest, run.length - start); length > 0; length -= 1) {
    const text = run.slice(start, start + length).join(' ');
    const found = vocabulary.find(text);
    if (found !== undefined) return { token: { kind: 'phrase', text, ...found }, length };
  }
  return { token: readWord(run[start] ?? ''), length: 1 };
}

function readWord(word: string): Token {
  if (/^\d{1,3}$/.test(word)) return { kind: 'number', value: Number(word) };
  if (word === 'and' || word === 'or') return { kind: 'and' };
  if (word === 'a' || word === 'an' || word === 'the' || word === 'his' || word === 'her' || word === 'its') {
    return { kind: 'article' };
  }
  return { kind: 'unknown' };
}
