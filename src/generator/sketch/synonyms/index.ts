import { food } from './food.ts';
import { nature } from './nature.ts';
import { people } from './people.ts';
import { places } from './places.ts';
import { things } from './things.ts';

/** Words people use, and the emoji labels that draw them: with several labels the seed picks one. */
export const synonyms: readonly { words: readonly string[]; labels: readonly string[] }[] = [
  nature,
  food,
  places,
  things,
  people,
].flatMap((lines) => lines.trim().split('\n').map(readLine));

function readLine(line: string): { words: string[]; labels: string[] } {
  const [words = '', labels = ''] = line.split(' = ');
  return { words: words.split('|'), labels: labels.split('|') };
}
