import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { packageRoot } from '../../src/paths.ts';
import { checkRedis } from '../../src/queue/doctor.ts';
import { openDatabase } from '../../src/store/database.ts';
import { checkDatabase } from '../../src/store/doctor.ts';
import { startClickHouse } from '../fakes/clickhouse/server.ts';
import { hasRedis, startRedis } from '../redis.ts';
import { startProgram } from '../store/child.ts';

// Port 9 of this machine answers no one.
const nobody = '127.0.0.1:9';
const tsx = createRequire(import.meta.url).resolve('tsx');

/** Runs `npm run doctor` in a folder with this .env file; gives back its exit code and what it printed. */
async function runDoctor(file: string): Promise<{ code: number; output: string }> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'promptory-doctor-'));
  writeFileSync(path.join(cwd, '.env'), file);
  const doctor = spawn(process.execPath, ['--import', tsx, path.join(packageRoot, 'src/doctor.ts')], {
    cwd,
    // Port 9 of this machine is a hub that is out of reach, at once.
    env: { PATH: process.env.PATH, HF_ENDPOINT: `http://${nobody}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
  };
  doctor.stdout.on('data', read);
  doctor.stderr.on('data', read);
  const [code] = await once(doctor, 'close');
  return { code, output };
}

describe('npm run doctor', { timeout: 60_000 }, () => {
  test('is content without settings, and asks about misspelt ones', async () => {
    const { code, output } = await runDoctor('DISCORD_TOKN=secret-token\n');
    expect(code).toBe(0);
    expect(output).toMatch(
      /^✓ Settings: read without a fault\n! Settings: DISCORD_TOKN is not a setting; did you mean/,
    );
    expect(output).toMatch(
      /✓ Data folder: .*\n✓ Embedded database: none yet.*\n✓ Embedding model: tiny-clip@\w+, 512 dimensions, .*\n! Embedding model: 127.*\n✓ Image backend sketch/,
    );
    expect(output).not.toContain('secret-token');
  });

  test('names every service that does not answer, with its setting', async () => {
    const { code, output } = await runDoctor(
      `CLICKHOUSE_URL=http://${nobody}/db
REDIS_URL=redis://${nobody}
S3_BUCKET=pictures
S3_ENDPOINT=http://${nobody}
S3_ACCESS_KEY_ID=key
S3_SECRET_ACCESS_KEY=secret
OPENAI_API_KEY=key
OPENAI_BASE_URL=http://${nobody}/v1
OPENAI_MODERATION=prompt
IMAGE_BACKENDS="a1111 http://${nobody}; comfyui http://${nobody}"
`,
    );
    expect(code).toBe(1);
    expect(output).toMatch(/✗ Database server: .*CLICKHOUSE_URL/);
    expect(output).toMatch(/✗ Redis: .*REDIS_URL/);
    expect(output).toMatch(/✗ Picture store: .*S3_ENDPOINT/);
    expect(output.match(/✗ Image backend (a1111|comfyui)/g)).toHaveLength(2);
    expect(output).toMatch(/✗ OpenAI's moderation: /);
  });

  test('lists the faults of settings, and ends there', async () => {
    const { code, output } = await runDoctor('PORT=many\nBLOCKED_WORDS_FILE=nowhere.txt\n');
    expect(code).toBe(1);
    expect(output).toMatch(/^✗ Settings: The settings have 2 faults:/);
    expect(output).not.toMatch(/✓/);
  });
});

describe('the check of the database', () => {
  test('tells what it is, and what does not fit it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'promptory-doctor-'));
    const server = await startClickHouse({ folder, kind: 'clickhouse' });
    onTestFinished(() => server.close());
    expect(await checkDatabase(parseConfig({ CLICKHOUSE_URL: server.url }))).toEqual({
      check: {
        name: 'Database server',
        ok: true,
        detail: expect.stringMatching(/^ClickHouse \d+\.\d+.* at 127\.0\.0\.1/),
      },
    });
    expect(server.requests.filter(({ query }) => !query.startsWith('SELECT'))).toEqual([]);
    expect(await checkDatabase(parseConfig({ CLICKHOUSE_URL: server.url, VECTOR_INDEX: 'MSTG' }))).toMatchObject({
      check: { ok: false, detail: expect.stringContaining('VECTOR_INDEX') },
      isClosed: true,
    });
  });

  test('tells what the embedded one was built with, unless another program has it', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'promptory-doctor-'));
    const { vectorIndex } = parseConfig({});
    const options = { dataDir, clickhouseUrl: undefined, vectorIndex };
    const database = await openDatabase({ ...options, log: pino({ level: 'silent' }) });
    await database.store({ name: 'some-model', dimensions: 512 });
    await database.close();
    expect(await checkDatabase(options)).toEqual({
      check: { name: 'Embedded database', ok: true, detail: expect.stringMatching(/^chDB \d/) },
      storedModel: 'some-model',
    });
    const holder = startProgram(new URL('programs/hold-state.ts', import.meta.url), path.join(dataDir, 'state'));
    onTestFinished(async () => void (await holder.kill()));
    expect(await holder.line()).toBe('open');
    expect(await checkDatabase(options)).toEqual({
      check: { name: 'Embedded database', ok: true, detail: expect.stringMatching(/^in use by another Promptory/) },
      isClosed: true,
    });
  });
});

describe('the check of Redis', () => {
  test.skipIf(!hasRedis)('is content with one that is set up for it, and names a wrong password', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const url = redis.url;
    expect(await checkRedis(url)).toMatchObject({ ok: true, detail: expect.stringMatching(/^version .* keeps what/) });
    expect(await checkRedis(url.replace('test-password', 'wrong'))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('Correct the user and password in REDIS_URL'),
    });
  });

  test.each([
    ['redis_version:5.0.14', { ok: false, remedy: 'Update it to 6.2 or newer.' }],
    ['redis_version:7.2.1\r\nmaxmemory_policy:allkeys-lru', { ok: false, remedy: expect.stringMatching(/noeviction/) }],
    [
      'redis_version:7.2.1\r\naof_enabled:0',
      { ok: true, isDoubtful: true, remedy: expect.stringMatching(/appendonly/) },
    ],
    ['redis_version:6.2.0\r\naof_enabled:1\r\nmaxmemory_policy:noeviction', { ok: true }],
  ])('reads %j', async (info, expected) => {
    expect(await checkRedis(await startInfo(info))).toMatchObject(expected);
  });
});

/** A server that speaks as much of RESP as INFO needs (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
async function startInfo(info: string): Promise<string> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const commands = chunk.toString().match(/^\*\d+\r\n/gm) ?? [];
      const body = `${info}\r\n`;
      for (const _ of commands) socket.write(`$${Buffer.byteLength(body)}\r\n${body}\r\n`);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
