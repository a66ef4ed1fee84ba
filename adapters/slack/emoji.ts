import shortcodes from 'emojibase-data/en/shortcodes/iamcal.json' with { type: 'json' };

/** Slack's emoji names are those of the iamcal set: https://github.com/iamcal/emoji-data */
const namesByHex: Readonly<Record<string, string | string[]>> = shortcodes;

/** People pick whichever of these comes first in their menu. */
const lookAlikes = [
  ['🔁', '🔄'],
  ['🔎', '🔍'],
] as const;

/** Maps reaction names to the emoji that are controls, skin tones and look-alikes aside: `+1::skin-tone-4` is 👍. */
export function createReactionNames(emoji: readonly string[]): (name: string) => string | undefined {
  const entries = (alike: (one: string) => readonly string[]) =>
    emoji.flatMap((one) => alike(one).flatMap((other) => namesOf(other).map((name) => [name, one] as const)));
  // The emoji themselves come last, so that they win over look-alikes.
  const byName = new Map([...entries(alikeTo), ...entries((one) => [one])]);
  return (name) => byName.get(name.replace(/::skin-tone-\d$/, ''));
}

function alikeTo(emoji: string): readonly string[] {
  return lookAlikes.find((pair) => pair.some((one) => one === emoji)) ?? [];
}

function namesOf(emoji: string): string[] {
  const names = namesByHex[hexOf(emoji)];
  return names === undefined ? [] : [names].flat();
}

/** The set leaves variation selectors out. */
function hexOf(emoji: string): string {
  const points = [...emoji.replaceAll(/[\uFE0E\uFE0F]/g, '')].map((point) => point.codePointAt(0)?.toString(16));
  return points.join('-').toUpperCase();
}
