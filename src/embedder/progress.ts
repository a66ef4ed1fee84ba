import { type Options, SingleBar } from 'cli-progress';
import type { Logger } from '../log.ts';

/** Where a download's progress goes. */
export interface DownloadProgress {
  /** Bytes that arrived; negative when a file starts over. */
  add(bytes: number): void;
  stop(): void;
}

export interface ProgressOptions {
  /** What is downloaded. */
  label: string;
  totalBytes: number;
  /** Bytes that lie here already, from an earlier attempt. */
  doneBytes: number;
  log: Logger;
  /** A terminal gets a bar; anything else gets lines in the log. */
  terminal?: NodeJS.WritableStream & { isTTY?: boolean | undefined };
  /** Least time between two lines, ms. */
  lineInterval?: number;
}

/** Shows a download: a bar with bytes, rate and time left on a terminal, plain lines in a log otherwise. */
export function showProgress(options: ProgressOptions): DownloadProgress {
  const { terminal = process.stderr } = options;
  return terminal.isTTY ? showBar(options, terminal) : logLines(options);
}

function showBar({ label, totalBytes, doneBytes }: ProgressOptions, stream: NodeJS.WritableStream): DownloadProgress {
  const settings: Options = {
    stream,
    format: `${label} {bar} {percentage}% | {done} of {all} | {rate}/s | {eta_formatted} left`,
    hideCursor: true,
    clearOnComplete: false,
    etaBuffer: 100,
  };
  const bar = new SingleBar(settings);
  const meter = createMeter(totalBytes, doneBytes);
  bar.start(totalBytes, doneBytes, meter.read());
  return {
    add(bytes) {
      meter.add(bytes);
      bar.update(meter.done(), meter.read());
    },
    stop: () => bar.stop(),
  };
}

function logLines({ label, totalBytes, doneBytes, log, lineInterval = 5_000 }: ProgressOptions): DownloadProgress {
  const meter = createMeter(totalBytes, doneBytes);
  log.info(`Downloading ${label}: ${megabytes(totalBytes)}`);
  let last = Date.now();
  return {
    add(bytes) {
      meter.add(bytes);
      if (Date.now() - last < lineInterval) return;
      last = Date.now();
      const { done, all, rate, percentage, left } = meter.read();
      log.info(`Downloading ${label}: ${percentage}% (${done} of ${all}), ${rate}/s, ${left} left`);
    },
    stop: () => {},
  };
}

function createMeter(total: number, already: number) {
  const started = performance.now();
  let done = already;
  return {
    add(bytes: number) {
      done += bytes;
    },
    done: () => done,
    read() {
      const rate = Math.max(0, done - already) / Math.max(0.001, (performance.now() - started) / 1000);
      return {
        done: megabytes(done),
        all: megabytes(total),
        rate: megabytes(rate),
        percentage: Math.floor((100 * done) / Math.max(total, 1)),
        left: rate > 0 ? `${Math.ceil((total - done) / rate)} s` : 'unknown time',
      };
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
