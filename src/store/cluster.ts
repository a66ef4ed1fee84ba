import type { Dialect } from './dialects/dialect.ts';
import { literal } from './literal.ts';
import { wholeSchema } from './migrations.ts';
import { corpusTableNames, type Layout } from './schema.ts';

/**
 * The corpus is split over the shards by id; every other table is small and whole on each server, for it is also deleted from.
 * Macros `shard` and `replica` are each server's own: https://clickhouse.com/docs/engines/table-engines/mergetree-family/replication
 */
function clusterLayout(cluster: string): Layout {
  return {
    table: (name) => `${localName(name)} ON CLUSTER ${literal(cluster)}`,
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

/**
 * Right after its local table, whose columns it takes over, and before that has an index, which it must not take over.
 * The columns of later migrations join both. A macro in the cluster's name, such as {cluster}, stays one.
 */
function distributedOver(statement: string, cluster: string): string[] {
  return corpusTableNames.flatMap((table) => {
    if (statement.startsWith(`CREATE TABLE IF NOT EXISTS ${localName(table)} `)) {
      return `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER ${literal(cluster)} AS ${localName(table)}
  ENGINE = Distributed(${literal(cluster)}, currentDatabase(), ${localName(table)}, cityHash64(id))`;
    }
    const altered = `ALTER TABLE ${localName(table)} `;
    const addsColumn = statement.startsWith(altered) && statement.includes(' ADD COLUMN ');
    return addsColumn ? statement.replace(altered, `ALTER TABLE ${table} `) : [];
  });
}

function isSharded(table: string): boolean {
  return corpusTableNames.some((name) => name === table);
}

function localName(table: string): string {
  return isSharded(table) ? `${table}_local` : table;
}
