import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Session } from 'chdb';

export const cluster = 'promptory';
export const onCluster = ` ON CLUSTER '${cluster}'`;

// ClickHouse's own stand-in for its keeper: tables of replicas can be made, but not written.
const keeperConfiguration = '<zookeeper><implementation>testkeeper</implementation></zookeeper>';

/** chDB in the folder's `chdb` as a cluster of one shard. */
export function openClusterEngine(folder: string, { keeper }: { keeper: boolean }): Session {
  const file = path.join(folder, 'cluster.xml');
  writeFileSync(
    file,
    `<clickhouse>
  ${keeper ? keeperConfiguration : ''}
  <macros><shard>1</shard><replica>one</replica></macros>
  <tcp_port>9000</tcp_port>
  <remote_servers><${cluster}><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></${cluster}></remote_servers>
</clickhouse>`,
  );
  return new Session(path.join(folder, 'chdb'), { connectionArgs: [`--config-file=${file}`] });
}

/** A statement for the cluster as it is without replicas. */
export function alone(statement: string): string {
  return statement.replace(onCluster, '').replace(/Replicated(\w+)\('[^']*', '[^']*'\)/, '$1');
}
