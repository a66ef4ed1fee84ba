import { PassThrough, Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { showProgress } from '../../src/embedder/progress.ts';

/** A log whose messages can be read. */
function readableLog() {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)).msg);
      done();
    },
  });
  return { log: pino(sink), lines };
}

function start(isTTY: boolean, lineInterval: number) {
  const { log, lines } = readableLog();
  const terminal = Object.assign(new PassThrough(), { isTTY, columns: 200 });
  const progress = showProgress({
    label: 'the model',
    totalBytes: 100e6,
    doneBytes: 20e6,
    log,
    terminal,
    lineInterval,
  });
  return { progress, lines, screen: () => String(terminal.read() ?? '') };
}

describe('the progress of a download', () => {
  it('is lines in a log, with bytes, rate and time left', () => {
    const { progress, lines, screen } = start(false, 0);
    progress.add(30e6);
    progress.add(-10e6);
    progress.stop();
    expect(lines[0]).toBe('Downloading the model: 100.0 MB');
    expect(lines[1]).toMatch(/^Downloading the model: 50% \(50\.0 MB of 100\.0 MB\), [\d.]+ MB\/s, \d+ s left$/);
    expect(lines[2]).toMatch(/40% \(40\.0 MB of 100\.0 MB\)/);
    expect(screen()).toBe('');
  });

  it('does not flood a log', () => {
    const { progress, lines } = start(false, 3_600_000);
    for (let count = 0; count < 1_000; count += 1) progress.add(1_000);
    expect(lines).toHaveLength(1);
  });

  it('is a bar on a terminal, with bytes, rate and time left, and nothing in the log', () => {
    const { progress, lines, screen } = start(true, 0);
    progress.add(80e6);
    progress.stop();
    expect(lines).toEqual([]);
    expect(screen()).toMatch(/the model .*100% \| 100\.0 MB of 100\.0 MB \| [\d.]+ MB\/s \| .*left/);
  });
});
