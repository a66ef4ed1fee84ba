import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import { writeSection } from '../report.ts';
import type { SearchFigures, SearchReport } from './figures.ts';
import { plotSearch } from './plot.ts';

const plot = path.join(packageRoot, 'docs/benchmarks-search.svg');

/** Puts the figures into docs/benchmarks.md, between its marks, and draws their plot. */
export async function writeReport(reports: readonly SearchReport[]): Promise<void> {
  await writeSection('search', tables(reports));
  await writeFile(plot, plotSearch(reports));
}

function tables(reports: readonly SearchReport[]): string {
  const machine = reports[0]?.machine ?? '';
  return [`Machine: ${machine}.`, ...growth(reports), ...memory(reports), ...reports.map(table)].join('\n\n');
}

/** What more rows cost the first system. */
function growth(reports: readonly SearchReport[]): string[] {
  const [least, most] = [reports[0], reports.at(-1)];
  const [few, many] = [least?.results[0], most?.results[0]];
  if (!least || !most || least === most || !few || !many) return [];
  const times = (many.p50Ms / few.p50Ms).toFixed(2);
  return [
    `At ${most.rows.toLocaleString('en')} rows \`${many.system}\` takes ${times} times as long as at ${least.rows.toLocaleString('en')} (p50).`,
  ];
}

/** What a bot takes at the most rows. */
function memory(reports: readonly SearchReport[]): string[] {
  const most = reports.at(-1);
  const own = most?.results[0];
  if (!most || !own?.wholeRssMB) return [];
  return [
    `With ${most.rows.toLocaleString('en')} rows and networks of the size of CLIP ViT-B/32's, which have embedded a text and a picture, the process of \`${own.system}\` takes ${own.wholeRssMB.toLocaleString('en')} MB.`,
  ];
}

function table({ rows, results }: SearchReport): string {
  const own = results[0]?.p50Ms ?? 1;
  const header =
    '| system | recall@10 | p50, ms | p95, ms | p50 / ours | first, ms | load, s | index, s | open, s | disk, MB | memory, MB |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |';
  return [
    `### ${rows.toLocaleString('en')} rows`,
    [header, ...results.map((figures) => line(figures, own))].join('\n'),
  ].join('\n\n');
}

function line(figures: SearchFigures, own: number): string {
  const { system, effort, recallAt10, p50Ms, p95Ms, firstMs, loadMs, buildMs, openMs, diskMB, rssMB } = figures;
  const cells = [
    effort === undefined ? system : `${system} (ef ${effort})`,
    recallAt10?.toFixed(3) ?? '',
    p50Ms.toFixed(1),
    p95Ms.toFixed(1),
    (p50Ms / own).toFixed(2),
    firstMs.toFixed(0),
    (loadMs / 1_000).toFixed(0),
    (buildMs / 1_000).toFixed(0),
    (openMs / 1_000).toFixed(1),
    diskMB,
    rssMB,
  ];
  return `| ${cells.join(' | ')} |`;
}
