/** A word of a text and where it stands (UTF-16 offsets). */
export interface Word {
  /** Lower case, American spelling: what is compared. */
  normal: string;
  start: number;
  end: number;
}

/** A stretch of a text between commas, full stops, brackets and the like. Words joined by a hyphen count as two. */
export interface Segment {
  words: readonly Word[];
  start: number;
  end: number;
}

/** Anything that can't stand between two words of one phrase; spaces, hyphens and underscores can. */
const boundary = /[^\p{L}\p{N}\p{M}\s\-‐‑_'’./]+|[\n\r]+|(?<![\p{L}\p{N}])[./'’]+|[./]+(?![\p{L}\p{N}])/gu;
const wordPattern = /[\p{L}\p{N}]+(?:[./'’][\p{L}\p{N}]+)*/gu;

/** Text in quotes is to be written in the picture, so its words say nothing about how the picture is made. */
const quoted = /"[^"\n]*"|“[^”\n]*”|(?<![\p{L}\p{N}])['‘][^'’\n]*['’](?![\p{L}\p{N}])/gu;

const spellings: Readonly<Record<string, string>> = {
  colour: 'color',
  colours: 'colors',
  coloured: 'colored',
  colourful: 'colorful',
  watercolour: 'watercolor',
  watercolours: 'watercolors',
  grey: 'gray',
  greyscale: 'grayscale',
  centred: 'centered',
  stylised: 'stylized',
};

/** Words that say a picture is without what follows. */
export const negations = new Set(
  "no not without avoid avoiding avoids never non minus except isn't don't doesn't nothing neither nor".split(' '),
);

/** Compounds that people write as one word, two, or with a hyphen. */
const joined: Readonly<Record<string, string>> = {
  closeup: 'close up',
  topdown: 'top down',
  tiltshift: 'tilt shift',
  ultrarealistic: 'ultra realistic',
  handdrawn: 'hand drawn',
  ultradetailed: 'ultra detailed',
};

/** Splits a text into segments of words; quoted text is left out. */
export function segmentsOf(text: string): Segment[] {
  const masked = text.replace(quoted, (match) => ','.repeat(match.length));
  const segments: Segment[] = [];
  let start = 0;
  for (const mark of [...masked.matchAll(boundary), { index: masked.length, 0: '' }]) {
    const words = wordsBetween(masked, start, mark.index);
    if (words.length > 0) segments.push({ words, start, end: mark.index });
    start = mark.index + mark[0].length;
  }
  return segments;
}

function wordsBetween(text: string, start: number, end: number): Word[] {
  const words: Word[] = [];
  for (const match of text.slice(start, end).matchAll(wordPattern)) {
    const at = start + match.index;
    for (const normal of normaliseWord(match[0]).split(' '))
      words.push({ normal, start: at, end: at + match[0].length });
  }
  return joinMillimetres(words);
}

function normaliseWord(word: string): string {
  const plain = word.toLowerCase().replaceAll('’', "'");
  return joined[plain] ?? spellings[plain] ?? plain;
}

/** "35 mm" and "35mm" are one word. */
function joinMillimetres(words: readonly Word[]): Word[] {
  const result: Word[] = [];
  for (const word of words) {
    const previous = result.at(-1);
    if (word.normal === 'mm' && previous && /^\d+$/.test(previous.normal)) {
      result[result.length - 1] = { normal: `${previous.normal}mm`, start: previous.start, end: word.end };
    } else {
      result.push(word);
    }
  }
  return result;
}
