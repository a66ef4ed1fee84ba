/** The token ids of a text, with both marks. */
export type Encode = (text: string) => readonly number[];

/** Some 4 MB; a full cache is emptied, and the common words are soon back. */
const maxWords = 20_000;

/** Characters: longer ones hardly come twice. */
const maxCachedLength = 32;

/**
 * The same tokenizer, with its words remembered: without, a text takes it five times as long. At most `maxTokens`, the end
 * mark among them, since its place is where CLIP reads the text's vector; the tokenizer's own truncation would cut it off.
 */
export function encodeByWords(encode: Encode, maxTokens: number): Encode {
  const words = new Map<string, readonly number[]>();
  const isByWords = readsWordByWord(encode);
  const [begin = 0, end = 0] = encode('');

  function idsOf(word: string): readonly number[] {
    const known = words.get(word);
    if (known) return known;
    const ids = encode(word).slice(1, -1);
    if (words.size >= maxWords) words.clear();
    // A copy: a piece of a string keeps the whole of it.
    if (word.length <= maxCachedLength) words.set(Buffer.from(word).toString(), ids);
    return ids;
  }

  function bodyOf(text: string): readonly number[] {
    if (!isByWords) return encode(text).slice(1, -1);
    const body: number[] = [];
    for (const word of text.split(/\s+/)) {
      if (body.length >= maxTokens) break;
      if (word !== '') body.push(...idsOf(word));
    }
    return body;
  }

  return (text) => [begin, ...bodyOf(text).slice(0, maxTokens - 2), end];
}

const probe = "An old castle, 4k's DON'T 猫 на\tдиване (1:2) ́ 😀";

/** Whether spaces part the words and leave no trace, as in all of CLIP's own tokenizers. */
function readsWordByWord(encode: Encode): boolean {
  const words = probe.split(/\s+/).flatMap((word) => encode(word).slice(1, -1));
  return String(encode(probe).slice(1, -1)) === String(words);
}
