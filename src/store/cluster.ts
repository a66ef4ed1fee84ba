import type { Dialect } from './dialects/dialect.ts';
import { wholeSchema } from './migrations.ts';
import { corpusTableNames, type Layout } from './schema.ts';

/**
 * The corpus is split over the shards by id; every other table is small and whole on each server, for it is also deleted from.
 * Macros `shard` and `replica` are each server's own: https://clickhouse.com/docs/engines/table-engines/mergetree-family/replication
 */
function clusterLayout(cluster: string): Layout {
  return {
    table: (name) => `${localName(name)} ON CLUSTER ${quoted(cluster)}`,
    engine: (name, engine) =>
      isSharded(name)
        ? `Replicated${engine}('/clickhouse/tables/{shard}/{database}/${localName(name)}', '{replica}')`
        : `Replicated${engine}('/clickhouse/tables/{database}/${name}', '{shard}-{replica}')`,
  };
}

/** The statements that make the schema on a cluster, in their order: the tables of one server, and a distributed one over each that is sharded. */
export function clusterSchema(dialect: Dialect, dimensions: number, cluster: string): string[] {
  const statements = wholeSchema({ dialect, dimensions, layout: clusterLayout(cluster) });
  return statements.flatMap((statement) => [statement, ...distributedOver(statement, cluster)]);
}

/** Right after its local table, whose columns it takes over, and before that has an index, which it must not take over. */
function distributedOver(statement: string, cluster: string): string[] {
  return corpusTableNames
    .filter((table) => statement.startsWith(`CREATE TABLE IF NOT EXISTS ${localName(table)} `))
    .map(
      (table) =>
        `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER ${quoted(cluster)} AS ${localName(table)}
  ENGINE = Distributed(${quoted(cluster)}, currentDatabase(), ${localName(table)}, cityHash64(id))`,
    );
}

function isSharded(table: string): boolean {
  return corpusTableNames.some((name) => name === table);
}

function localName(table: string): string {
  return isSharded(table) ? `${table}_local` : table;
}

/** As a string literal, which both ON CLUSTER and Distributed take; a macro such as {cluster} stays one. */
function quoted(cluster: string): string {
  return `'${cluster.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
