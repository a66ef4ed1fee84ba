import type { Dialect } from './dialect.ts';
import { stockSql } from './stock.ts';

/** ClickHouse 25.8 and later. */
export const clickhouse: Dialect = { name: 'clickhouse', ...stockSql };
