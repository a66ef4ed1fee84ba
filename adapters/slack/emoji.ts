import shortcodes from 'emojibase-data/en/shortcodes/iamcal.json' with { type: 'json' };

/** Slack's emoji names are those of the iamcal set: https://github.com/iamcal/emoji-data */
const namesByHex: Readonly<Record<string, string | string[]>> = shortcodes;

/** Maps reaction names to the emoji that are controls, skin tones aside: `+1::skin-tone-4` is 👍. */
export function createReactionNames(emoji: readonly string[]): (name: string) => string | undefined {
  const byName = new Map(emoji.flatMap((one) => namesOf(one).map((name) => [name, one] as const)));
  return (name) => byName.get(name.replace(/::skin-tone-\d$/, ''));
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
