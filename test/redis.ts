import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whether Debian's redis-server, or another, is on this machine. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

if (!hasRedis)
  console.warn(
    '\n!!! NOT TESTED: there is no redis-server here. `apt-get install redis-server` makes the tests of the shared queue run.\n',
  );

export interface RedisServer {
  url: string;
  /** Kills it; what it had accepted is on disk. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Makes it answer nobody, until it is woken. */
  freeze(): void;
  wake(): void;
  stop(): Promise<void>;
}

/** A real server of our own on a free port, durable, with a password. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'redis-'));
  const port = await freePort();
  let server = await spawnServer(port, folder);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    url: `redis://:test-password@127.0.0.1:${port}/0`,
    kill,
    stop: kill,
    freeze: () => void server.kill('SIGSTOP'),
    wake: () => void server.kill('SIGCONT'),
    async restart() {
      server = await spawnServer(port, folder);
    },
  };
}

async function spawnServer(port: number, folder: string) {
  const options = {
    port,
    dir: folder,
    bind: '127.0.0.1',
    requirepass: 'test-password',
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`redis-server ended:\n${output}`)));
  });
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
