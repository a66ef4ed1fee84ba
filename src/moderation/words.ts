import type { Logger } from '../log.ts';
import { plain, readings, visible } from './fold.ts';
import { type Moderator, mergeVerdicts, type Rule, type Verdict } from './moderator.ts';
import { withinTime } from './timed-match.ts';
import type { ListEntry } from './word-list.ts';

/** Milliseconds that all patterns together may take for one text. */
const patternTime = 250;
/** No command takes a longer text; a service's rewrite may be longer, and is read whole by words alone. */
const longestForPatterns = 10_000;
// These write no spaces, so a word in them has no bounds to be found by.
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export interface WordModerator extends Moderator {
  /** At once: it costs microseconds, and milliseconds with many patterns. */
  judge(text: string): Verdict;
}

/** The operator's list: whole words and phrases in every reading of a text (src/moderation/fold.ts), and patterns within a time. */
export function createWordModerator(entries: readonly ListEntry[], log: Logger): WordModerator {
  const phrases = indexPhrases(entries);
  const patterns = entries.filter(({ pattern }) => pattern);

  function judge(text: string): Verdict {
    if (entries.length === 0) return {};
    const all = readings(text);
    const found = [...all.flatMap((words) => phrasesIn(words, phrases)), ...unspacedIn(text, phrases.unspaced)];
    const byWords = found.map(verdictOf).reduce(mergeVerdicts, {});
    return byWords.refused || patterns.length === 0 ? byWords : mergeVerdicts(byWords, judgeByPatterns(text));
  }

  function judgeByPatterns(text: string): Verdict {
    if (text.length > longestForPatterns) return { refused: tooLong };
    let at = patterns[0];
    const texts = [visible(text), plain(text)];
    const judged = withinTime(patternTime, () =>
      patterns
        .filter((entry) => {
          at = entry;
          return texts.some((form) => entry.pattern?.test(form));
        })
        .map(verdictOf)
        .reduce(mergeVerdicts, {}),
    );
    if (judged) return judged.value;
    log.warn({ line: at?.line }, 'a pattern of BLOCKED_WORDS_FILE took too long: simplify it');
    return { refused: slowPattern(at?.line ?? 0) };
  }

  return {
    judge,
    judgeTexts: async (texts) => texts.map(judge).reduce(mergeVerdicts, {}),
  };
}

interface Phrase {
  words: readonly string[];
  entry: ListEntry;
}

interface PhraseIndex {
  /** By their first words. */
  spaced: ReadonlyMap<string, readonly Phrase[]>;
  unspaced: readonly Phrase[];
}

function indexPhrases(entries: readonly ListEntry[]): PhraseIndex {
  const all = entries.flatMap((entry) => entry.readings.map((words): Phrase => ({ words, entry })));
  const spaced = new Map<string, Phrase[]>();
  for (const phrase of all) {
    const first = phrase.words[0] ?? '';
    const others = spaced.get(first);
    if (others) others.push(phrase);
    else spaced.set(first, [phrase]);
  }
  return { spaced, unspaced: all.filter(({ words }) => unspaced.test(words.join(''))) };
}

function phrasesIn(words: readonly string[], { spaced }: PhraseIndex): ListEntry[] {
  return words.flatMap((first, at) =>
    (spaced.get(first) ?? [])
      .filter((phrase) => phrase.words.every((word, index) => words[at + index] === word))
      .map(({ entry }) => entry),
  );
}

function unspacedIn(text: string, phrases: readonly Phrase[]): ListEntry[] {
  if (phrases.length === 0) return [];
  const letters = plain(text).replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');
  return phrases.filter(({ words }) => letters.includes(words.join(''))).map(({ entry }) => entry);
}

function verdictOf(entry: ListEntry): Verdict {
  return entry.isAdult ? { adult: ruleOf(entry) } : { refused: ruleOf(entry) };
}

function ruleOf({ text, line, isAdult, pattern }: ListEntry): Rule {
  const list = isAdult ? "the operator's list of adult words" : "the operator's list of blocked words";
  const what = pattern ? `it matches the pattern ${text}, which is` : `“${text}” is`;
  return { name: `${isAdult ? 'adult' : 'blocked'} words, line ${line}`, reason: `${what} on ${list}` };
}

const tooLong: Rule = {
  name: 'blocked words, length',
  reason: `it has more than ${longestForPatterns} characters, too many to be checked by the operator's patterns`,
};

function slowPattern(line: number): Rule {
  return {
    name: `blocked words, line ${line}, too slow`,
    reason: "it could not be checked in time by a pattern of the operator's list",
  };
}
