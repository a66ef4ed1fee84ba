/** The known name that a mistyped one is nearest to, or undefined when none is near enough to be meant. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const ranked = names
    .map((name) => ({ name, distance: name.startsWith(wanted) ? 1 : editDistance(wanted, name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Levenshtein distance, cut at 30 characters: nothing longer is a slip of a name. */
export function editDistance(one: string, other: string): number {
  const [short, long] = [one.slice(0, 30), other.slice(0, 30)];
  let row = Array.from({ length: long.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...short].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= long.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (letter === long[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
