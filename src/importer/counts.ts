/** What became of the rows so far. */
export interface ImportCounts {
  imported: number;
  /** Rows whose id is stored already. */
  known: number;
  /** Rows whose prompt is stored already, or came before in the file. */
  duplicates: number;
  /** Rows that are no rows, by reason. */
  rejected: Readonly<Record<string, number>>;
  /** Pictures whose vector was stored. */
  pictures: number;
  /** Pictures that could not be had, by reason. */
  dead: Readonly<Record<string, number>>;
}

export const noCounts: ImportCounts = { imported: 0, known: 0, duplicates: 0, rejected: {}, pictures: 0, dead: {} };

export function addCounts(one: ImportCounts, other: ImportCounts): ImportCounts {
  return {
    imported: one.imported + other.imported,
    known: one.known + other.known,
    duplicates: one.duplicates + other.duplicates,
    rejected: addReasons(one.rejected, other.rejected),
    pictures: one.pictures + other.pictures,
    dead: addReasons(one.dead, other.dead),
  };
}

/** How often each reason occurs. */
export function countReasons(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** Of all reasons together. */
export function totalOf(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}

/** All rows that were looked at. */
export function rowsOf({ imported, known, duplicates, rejected }: ImportCounts): number {
  return imported + known + duplicates + totalOf(rejected);
}

function addReasons(one: ImportCounts['dead'], other: ImportCounts['dead']): Record<string, number> {
  const sum = { ...one };
  for (const [reason, count] of Object.entries(other)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
