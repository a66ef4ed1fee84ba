import { SingleBar } from 'cli-progress';
import type { ImportCounts } from './import.ts';

export interface ImportProgress {
  /** `bytes` of the file have been read so far. */
  update(counts: ImportCounts, bytes: number): void;
  stop(): void;
}

type Terminal = NodeJS.WritableStream & { isTTY?: boolean | undefined };

const lineInterval = 5_000;

/** A bar on a terminal, a plain line every few seconds anywhere else. */
export function showImport(totalBytes: number, terminal: Terminal = process.stderr): ImportProgress {
  return terminal.isTTY ? showBar(totalBytes, terminal) : showLines(totalBytes, terminal);
}

function showBar(totalBytes: number, stream: Terminal): ImportProgress {
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage}% | {text} | {eta_formatted} left',
    hideCursor: true,
  });
  bar.start(totalBytes, 0, { text: '' });
  return {
    update: (counts, bytes) => bar.update(bytes, { text: describeCounts(counts) }),
    stop: () => bar.stop(),
  };
}

function showLines(totalBytes: number, stream: Terminal): ImportProgress {
  let next = Date.now() + lineInterval;
  return {
    update(counts, bytes) {
      if (Date.now() < next) return;
      next = Date.now() + lineInterval;
      stream.write(`${Math.floor((100 * bytes) / totalBytes)}% read: ${describeCounts(counts)}\n`);
    },
    stop() {},
  };
}

export function describeCounts({ imported, skipped, rejected }: ImportCounts): string {
  return `${imported} imported, ${skipped} skipped as already there, ${rejected} rejected`;
}
