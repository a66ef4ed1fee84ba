import { editDistance, nearestName } from './nearest-name.ts';

interface Names {
  /** In the .env file, where all are meant for this program or a library of it. */
  written: readonly string[];
  /** In the environment, which is full of others' names. */
  set: readonly string[];
}

/** Node and libraries read these, so that they may stand in the .env file. */
const readByOthers =
  /^(AWS|NODE|NPM|OTEL|SSL|UV)_|_PROXY$|^(DEBUG|NO_COLOR|FORCE_COLOR|PATH|TZ|HF_(HOME|TOKEN)|OPENAI_(ORG_ID|PROJECT_ID|LOG))$/i;
/** Letters wrong, missing or too many in a name that is meant. */
const mostSlips = 2;
/** Letters that a name in the environment must have: shorter ones are near to too many others (HOME to HOST). */
const leastLength = 7;

/** Names that are no setting's and seem to be meant as one's, each with the remedy. */
export function misspeltSettings({ written, set }: Names, settings: readonly string[]): string[] {
  const isUnknown = (name: string) => !settings.includes(name) && !readByOthers.test(name);
  const others = set.filter((name) => isUnknown(name) && !written.includes(name) && name.length >= leastLength);
  return [
    ...written.filter(isUnknown).map((name) => {
      const meant = nearestSetting(name, settings) ?? nearestName(name, settings);
      return meant ? didYouMean(name, meant) : `${name} in .env is not a setting; .env.example lists them all.`;
    }),
    ...others.flatMap((name) => {
      const meant = nearestSetting(name, settings);
      return meant ? [didYouMean(name, meant)] : [];
    }),
  ];
}

function didYouMean(name: string, meant: string): string {
  return `${name} is not a setting; did you mean ${meant}?`;
}

/** The nearest by letters; else, of a group such as SLACK_, the one with a word more or less. */
function nearestSetting(name: string, settings: readonly string[]): string | undefined {
  const typed = name.toUpperCase();
  const ranked = settings
    .map((setting) => ({ setting, slips: editDistance(typed, setting) }))
    .sort((one, other) => one.slips - other.slips);
  const byLetters = ranked.find(({ setting, slips }) => slips <= Math.min(mostSlips, setting.length / 3));
  const byWords = ranked.find(({ setting }) => isInGroup(setting, settings) && differByWords(typed, setting));
  return (byLetters ?? byWords)?.setting;
}

/** True for settings of which several begin with the same word: who sets a name like theirs means this program. */
function isInGroup(setting: string, settings: readonly string[]): boolean {
  return settings.filter((other) => firstWord(other) === firstWord(setting)).length > 1;
}

function differByWords(typed: string, setting: string): boolean {
  const [one, other] = [typed.split('_'), setting.split('_')];
  if (one[0] !== other[0] || Math.min(one.length, other.length) < 2) return false;
  return one.every((word) => other.includes(word)) || other.every((word) => one.includes(word));
}

function firstWord(name: string): string {
  return name.split('_', 1)[0] ?? '';
}
