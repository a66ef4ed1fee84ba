import type { GenerateOptions } from './generator.ts';

type Report = NonNullable<GenerateOptions['onProgress']>;

/** Reports never less than before: a run that begins again, smaller or elsewhere, does not set people back. */
export function neverFalling(report: Report): Report {
  let highest = 0;
  return (progress) => {
    highest = Math.max(highest, progress.fraction);
    report({ ...progress, fraction: highest });
  };
}

/** Of a part of the run: its fraction becomes that of the whole, of `total` pictures after `done`. */
export function partOf(report: Report, { done, count, total }: { done: number; count: number; total: number }): Report {
  return (progress) => report({ ...progress, fraction: (done + progress.fraction * count) / total });
}
