import { z } from 'zod';

/** MyScale's vector index: its type, and its parameters while building and while searching. */
export interface VectorIndexChoice {
  type: 'MSTG' | 'SCANN' | 'HNSWFLAT';
  build: Readonly<Record<string, number>>;
  search: Readonly<Record<string, number>>;
}

// Ranges: https://github.com/myscale/MyScaleDB/blob/main/contrib/search-index/SearchIndex/SearchIndexCommon.h; MSTG, the cloud's own, takes SCANN's.
const alpha = z.coerce.number().min(1, 'must be 1 to 4').max(4, 'must be 1 to 4');
const whole = (least: number, most: number) =>
  z.coerce
    .number()
    .int('must be a whole number')
    .min(least, `must be ${least} to ${most}`)
    .max(most, `must be ${least} to ${most}`);

const types = {
  MSTG: { build: {}, search: { alpha } },
  SCANN: { build: {}, search: { alpha } },
  HNSWFLAT: { build: { m: whole(8, 128), ef_c: whole(16, 1024) }, search: { ef_s: whole(16, 1024) } },
} as const;

/** Chosen for a recall@10 of 0.99, as published by MyScale for alpha and as measured on ClickHouse's HNSW for the rest. */
const defaults: Readonly<Record<VectorIndexChoice['type'], VectorIndexChoice>> = {
  MSTG: { type: 'MSTG', build: {}, search: { alpha: 3 } },
  SCANN: { type: 'SCANN', build: {}, search: { alpha: 3 } },
  HNSWFLAT: { type: 'HNSWFLAT', build: { m: 32, ef_c: 128 }, search: { ef_s: 256 } },
};

export const defaultVectorIndex = defaults.MSTG;

const parts = z
  .string()
  .trim()
  .regex(
    /^\w+\s*(\([^()]*\))?$/,
    'must be a type, with parameters in brackets if need be, such as HNSWFLAT(m=32, ef_c=128, ef_s=256)',
  )
  .transform((text) => {
    const [name = '', list = ''] = text.split(/[()]/);
    return { name: name.trim().toUpperCase(), list: list.trim() };
  });

/** Reads `MSTG`, `SCANN(alpha=2)` or `HNSWFLAT(m=32, ef_c=128, ef_s=256)`; what is left out has its default. */
export const vectorIndexSetting = parts.transform(({ name, list }, context): VectorIndexChoice => {
  const refuse = (message: string): typeof z.NEVER => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!isType(name)) return refuse(`must be one of ${Object.keys(types).join(', ')}`);
  const pairs = list === '' ? [] : list.split(',').map((pair) => pair.split('=').map((word) => word.trim()));
  const given = Object.fromEntries(pairs);
  const { build, search } = types[name];
  const known = [...Object.keys(build), ...Object.keys(search)];
  const unknown = Object.keys(given).find((key) => !known.includes(key) && !isCosine(key, given[key]));
  if (unknown !== undefined) return refuse(`${name} has no parameter ${unknown}; it takes ${known.join(', ')}`);
  const read = z.object({ build: z.object(build).partial(), search: z.object(search).partial() });
  const parsed = read.safeParse({ build: given, search: given });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`${name}: ${issue?.path.slice(1).join('.')} ${issue?.message}`);
  }
  const standard = defaults[name];
  return {
    type: name,
    build: { ...standard.build, ...parsed.data.build },
    search: { ...standard.search, ...parsed.data.search },
  };
});

function isType(name: string): name is VectorIndexChoice['type'] {
  return Object.hasOwn(types, name);
}

/** The one metric that similarities mean; saying so is no fault. */
function isCosine(key: string, value: string | undefined): boolean {
  return key === 'metric_type' && value?.toLowerCase() === 'cosine';
}
