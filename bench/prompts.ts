import { demoPrompts } from '../src/demo/prompts/index.ts';
import { seededRandom } from '../test/store/vectors.ts';

const syllables = [
  'ar',
  'bel',
  'cor',
  'dan',
  'el',
  'fen',
  'gor',
  'hal',
  'is',
  'jov',
  'kar',
  'lun',
  'mir',
  'nov',
  'or',
  'pe',
];
const artists = 20_000;

/**
 * Endless prompts as people write them: a few clauses of the demo corpus, so that some words are in most prompts,
 * and an artist, by Zipf's law: a few in thousands of prompts, most in a handful.
 */
export function syntheticPrompts(seed: number): () => string {
  const random = seededRandom(seed);
  const clauses = demoPrompts.flatMap((prompt) => prompt.split(', '));
  const pick = () => clauses[Math.floor(random() * clauses.length)] ?? '';
  return () => {
    const parts = Array.from({ length: 3 + Math.floor(random() * 5) }, pick);
    return [...parts, `by ${artistName(Math.floor(artists ** random()))}`].join(', ');
  };
}

/** The name of the artist of a rank, 1 for the most common. */
export function artistName(rank: number): string {
  const digits = [...rank.toString(16).padStart(4, '0')].map((digit) => syllables[Number.parseInt(digit, 16)]);
  return `${digits.slice(0, 2).join('')}sky ${digits.join('')}an`;
}
