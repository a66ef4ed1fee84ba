import { SingleBar } from 'cli-progress';
import { type ImportCounts, rowsOf, totalOf } from './counts.ts';
import type { ImportEvent } from './job.ts';

export interface ImportDisplay {
  show(event: ImportEvent): void;
  stop(): void;
}

type Terminal = NodeJS.WritableStream & { isTTY?: boolean | undefined };

/** One way to show how far something is; `share` is 0 to 1, undefined when it is not known. */
export interface Meter {
  update(share: number | undefined, text: string): void;
  stop(): void;
}

const lineInterval = 5_000;
const repeatInterval = 1_000;
const barTotal = 1_000;

/** A bar on a terminal, a plain line every few seconds anywhere else; what each file came to in plain lines. */
export function showImport(terminal: Terminal = process.stderr): ImportDisplay {
  const write = (line: string) => void terminal.write(`${line}\n`);
  let meter: Meter | undefined;
  let begun = { at: Date.now(), rows: 0 };

  const stop = () => {
    meter?.stop();
    meter = undefined;
  };
  const start = () => {
    stop();
    meter = showShare(terminal);
    return meter;
  };
  const rate = (counts: ImportCounts) =>
    Math.round((rowsOf(counts) - begun.rows) / Math.max(0.001, (Date.now() - begun.at) / 1_000));

  return {
    stop,
    show(event) {
      if (event.kind === 'begin') {
        begun = { at: Date.now(), rows: rowsOf(event.counts) };
        write(`${event.file}${event.resumed ? `: goes on after ${rowsOf(event.counts)} rows` : ''}`);
        start();
      } else if (event.kind === 'rows') {
        meter?.update(event.share, `${rate(event.counts)} rows/s, ${describeCounts(event.counts)}`);
      } else if (event.kind === 'end') {
        stop();
        for (const line of describeEnd(event, rate(event.counts))) write(line);
      } else if (event.kind === 'index') {
        (meter ?? start()).update(event.share, 'the index is built; searches work meanwhile');
      } else {
        stop();
      }
    },
  };
}

/** The same meter for work of one step after another. */
export function showShare(terminal: Terminal = process.stderr): Meter {
  return steadily(terminal.isTTY ? barOn(terminal) : linesOn((line) => void terminal.write(`${line}\n`)));
}

/** An engine that merges or builds says nothing for minutes: what it is at is shown again meanwhile. */
function steadily(meter: Meter): Meter {
  let last: Parameters<Meter['update']> | undefined;
  const timer = setInterval(() => last && meter.update(...last), repeatInterval);
  timer.unref();
  return {
    update(...news) {
      last = news;
      meter.update(...news);
    },
    stop() {
      clearInterval(timer);
      meter.stop();
    },
  };
}

function barOn(stream: Terminal): Meter {
  const format = '{bar} {percentage}% | {text} | {eta_formatted} left';
  const bar = new SingleBar({ stream, format, hideCursor: true, etaBuffer: 50 });
  bar.start(barTotal, 0, { text: '' });
  return {
    update: (share = 0, text) => bar.update(Math.floor(share * barTotal), { text }),
    stop: () => bar.stop(),
  };
}

function linesOn(write: (line: string) => void): Meter {
  const start = Date.now();
  let next = start + lineInterval;
  return {
    update(share, text) {
      const now = Date.now();
      if (now < next) return;
      next = now + lineInterval;
      const left = share ? `, about ${Math.ceil(((now - start) * (1 - share)) / share / 1_000)} s left` : '';
      write(`${share === undefined ? '' : `${Math.floor(100 * share)}%: `}${text}${left}`);
    },
    stop() {},
  };
}

function describeCounts(counts: ImportCounts): string {
  const { imported, known, duplicates, rejected, pictures, dead } = counts;
  const illustrated = pictures + totalOf(dead) > 0 ? `, ${pictures} pictures, ${totalOf(dead)} dead links` : '';
  return `${imported} imported, ${known} skipped as already there, ${duplicates} skipped as duplicates, ${totalOf(rejected)} rejected${illustrated}`;
}

function describeEnd({ counts, stopped, rejectedFile }: Extract<ImportEvent, { kind: 'end' }>, rate: number): string[] {
  const reasons = (title: string, found: Readonly<Record<string, number>>) =>
    Object.entries(found)
      .toSorted(([, one], [, other]) => other - one)
      .map(([reason, count]) => `  ${title}: ${count} x ${reason}`);
  return [
    `${stopped ? 'Stopped' : 'Done'}: ${describeCounts(counts)}, ${rate} rows/s.`,
    ...reasons('rejected', counts.rejected),
    ...reasons('dead link', counts.dead),
    ...(totalOf(counts.rejected) > 0 ? [`Rejected rows, with line and reason: ${rejectedFile}`] : []),
    ...(stopped ? ['Run the same command again to go on.'] : []),
  ];
}
