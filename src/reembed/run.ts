import type { CallOptions } from '../embedder/embedder.ts';
import { mapAhead } from '../importer/map-ahead.ts';
import type { Move } from '../store/move.ts';
import type { SourceRow } from '../store/move-rows.ts';
import { type VectorTable, vectorTables } from '../store/schema.ts';
import { type EmbedParts, embedRows } from './embed-rows.ts';

export interface ReembedParts extends EmbedParts {
  move: Move;
  /** Keeps the tables of the old model. */
  keep: boolean;
  signal: AbortSignal;
  /** The new tables are in use: a program that still embeds with the old model changes to the new one. */
  onSwitched?: (() => Promise<void>) | undefined;
  /** `share` is 0 to 1 of the step that `text` tells of. */
  onProgress(share: number, text: string): void;
}

export interface ReembedOutcome {
  /** Why pictures have no vector any more, once each. */
  dead: string[];
}

/** Rows that are embedded together and stored as one block: the same in every run, and with them the vectors. */
const pageRows: Readonly<Record<VectorTable, number>> = { generations: 64, prompts: 1_024, prompt_images: 128 };

// While one page is embedded, the next is read and the last is stored.
const pagesAhead = 3;

/**
 * Embeds everything anew beside the old vectors, builds the indexes, and puts the new tables in place.
 * What comes meanwhile is brought after, before and after the switch. An abort stops it, until the switch; run again, it goes on.
 */
export async function runReembed(parts: ReembedParts): Promise<ReembedOutcome> {
  const { move, keep, signal, onSwitched, onProgress } = parts;
  const copy = createCopy(parts);
  await copy.everything({ missing: false, signal });
  await copy.untilNothingIsNew({ signal });
  await move.buildIndexes({ signal, onProgress: (share) => onProgress(share, 'the indexes are built') });
  await copy.untilNothingIsNew({ signal });
  signal.throwIfAborted();
  await move.switch();
  // A program that can't change stops by itself; the move is finished all the same.
  await onSwitched?.().catch(() => undefined);
  await copy.untilNothingIsNew({});
  await move.finish({ keep });
  return { dead: copy.dead };
}

interface CopyOptions extends CallOptions {
  /** All rows that are not there yet, and not only those behind the last one. */
  missing: boolean;
}

function createCopy({ move, onProgress, ...parts }: ReembedParts) {
  const dead: string[] = [];
  // Asked for once a run: the pass after the switch, during which the embedded bot is down, must not wait for them again.
  const withoutPicture = new Set<string>();

  async function copyTable(
    table: VectorTable,
    { missing, signal }: CopyOptions,
    onRows: (rows: number) => void,
  ): Promise<number> {
    const pages = move.pages(table, { rows: pageRows[table], missing, signal });
    const options = { signal, background: true };
    const embed = async (found: readonly SourceRow[]) => {
      const rows = table === 'prompt_images' ? found.filter(({ id }) => !withoutPicture.has(id)) : found;
      return { asked: rows, ...(await embedRows(parts, table, rows, options)) };
    };
    let stored = 0;
    for await (const { asked, rows, dead: reasons } of mapAhead(pages, pagesAhead, embed)) {
      signal?.throwIfAborted();
      if (rows.length > 0) await move.keep(table, rows);
      dead.push(...reasons);
      if (table === 'prompt_images') {
        const embedded = new Set(rows.map(({ row }) => row.id));
        for (const { id } of asked) if (!embedded.has(id)) withoutPicture.add(id);
      }
      stored += rows.length;
      onRows(rows.length);
    }
    return stored;
  }

  /** Returns how many rows were stored. */
  async function everything(options: CopyOptions): Promise<number> {
    const left = await move.left();
    const total = Math.max(1, left.generations + left.prompts + left.prompt_images);
    const begun = performance.now();
    let done = 0;
    let stored = 0;
    for (const table of vectorTables) {
      stored += await copyTable(table, options, (rows) => {
        done += rows;
        const rate = Math.round((1_000 * done) / Math.max(1, performance.now() - begun));
        onProgress(Math.min(1, done / total), `${rate} rows/s, ${done} embedded`);
      });
    }
    return stored;
  }

  return {
    dead,
    everything,
    async untilNothingIsNew(options: CallOptions): Promise<void> {
      while ((await everything({ ...options, missing: true })) > 0);
    },
  };
}
