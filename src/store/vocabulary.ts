import { z } from 'zod';
import type { Connection } from './connection.ts';
import { wordsOf } from './dialects/words.ts';

/** How common words are among the corpus's prompts, by a sample of them. */
export interface Vocabulary {
  /** Words a prompt has, on average. */
  averageLength: number;
  /** In how many prompts of the corpus a word stands: exact up to the sample's size, above it an estimate. */
  rowsWith(word: string): number;
  rows: number;
}

/** The vocabulary as it stands; measured again, while the old one goes on answering, once the corpus has grown or time has passed. */
export interface VocabularySource {
  current(): Promise<Vocabulary>;
  /** Rows were added. */
  grown(rows: number): void;
}

// A word in 0.02 % of the prompts shows twice in it: enough to tell which words are too common to search by.
const sampleSize = 10_000;
const keptMs = 10 * 60_000;

const query = `SELECT (SELECT count() FROM prompts) AS rows, count() AS sampled, avg(length(words)) AS average_length,
  sumMap(arrayDistinct(words) AS distinct, arrayMap(word -> toUInt32(1), distinct)) AS counted
FROM (SELECT ${wordsOf(`arrayJoin(groupArraySample(${sampleSize}, 1)(prompt))`)} AS words FROM prompts)`;

const count = z.coerce.number();
const sampleRow = z.object({
  rows: count,
  sampled: count,
  // Of an empty corpus: no number.
  average_length: z.number().nullable(),
  counted: z.tuple([z.array(z.string()), z.array(count)]),
});

export function createVocabularySource(connection: Connection): VocabularySource {
  let latest: Promise<Vocabulary> | undefined;
  let rows = 0;
  let added = 0;
  let expires = 0;
  let measuring = false;

  const measure = async (): Promise<Vocabulary> => {
    added = 0;
    expires = Date.now() + keptMs;
    const vocabulary = await sample(connection);
    rows = vocabulary.rows;
    return vocabulary;
  };

  const remeasure = async (old: Promise<Vocabulary>) => {
    measuring = true;
    // The old one is good enough until a later search measures again.
    latest = Promise.resolve(await measure().catch(() => old));
    measuring = false;
  };

  return {
    async current() {
      if (!latest) {
        // For all who ask meanwhile: nobody's signal stops it.
        const first = measure();
        first.catch(() => {
          if (latest === first) latest = undefined;
        });
        latest = first;
      } else if (!measuring && (Date.now() > expires || added > rows / 2)) {
        void remeasure(latest);
      }
      return latest;
    },
    grown(more) {
      added += more;
    },
  };
}

async function sample(connection: Connection): Promise<Vocabulary> {
  const [found] = await connection.read(query, { row: sampleRow });
  const { rows = 0, sampled = 0, average_length, counted: [words, counts] = [[], []] } = found ?? {};
  const counted = new Map(words.map((word, index) => [word, counts[index] ?? 0]));
  const scale = sampled > 0 ? rows / sampled : 1;
  // A word that the sample lacks is in about half a sampled row's share, or, where all were sampled, in none.
  const unseen = scale > 1 ? scale / 2 : 0;
  return {
    rows,
    averageLength: average_length ?? 1,
    rowsWith: (word) => (counted.has(word) ? scale * (counted.get(word) ?? 0) : unseen),
  };
}
