import type { Dialect } from './dialect.ts';
import { stockSql } from './stock.ts';
import { scannedWords } from './words.ts';

/** ClickHouse 26.2 and later, which has the index of words without a setting. */
export const clickhouse: Dialect = { name: 'clickhouse', ...stockSql };

/** ClickHouse 25.8 to 26.1. */
export const olderClickHouse: Dialect = { ...clickhouse, ...scannedWords };
