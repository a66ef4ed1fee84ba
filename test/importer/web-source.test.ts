import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createCheckpoint } from '../../src/importer/checkpoint.ts';
import { noCounts } from '../../src/importer/counts.ts';
import { openReader } from '../../src/importer/open-reader.ts';
import { readAll } from '../../src/importer/source.ts';
import { openWebFile } from '../../src/importer/web-source.ts';
import { parquetFile } from './fixtures.ts';
import { recordsOf, rowsOf } from './reading.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Serving {
  etag?: string;
  /** Bytes after which a connection breaks. */
  breakAfter?: number;
  ranges?: boolean;
  /** Breaks the first connection that reads the file, and no other. */
  mends?: boolean;
}

/** Serves bytes by ranges, as nginx does, and notes which were asked for. */
function fileServer(bytes: Buffer, serving: Serving, asked: string[] = []) {
  return serve(({ headers }, response) => {
    asked.push(headers.range ?? '');
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const start = serving.ranges === false ? 0 : Number(from ?? 0);
    const end = serving.ranges === false || !to ? bytes.length : Math.min(bytes.length, Number(to) + 1);
    const status = serving.ranges === false ? 200 : 206;
    response.writeHead(status, {
      etag: serving.etag ?? '"1"',
      'content-length': end - start,
      ...(status === 206 && { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }),
    });
    const part = bytes.subarray(start, end);
    if (serving.breakAfter === undefined || part.length <= serving.breakAfter) {
      response.end(part);
      return;
    }
    const piece = part.subarray(0, serving.breakAfter);
    if (serving.mends && asked.length > 1) serving.breakAfter = bytes.length;
    response.write(piece, () => setImmediate(() => response.destroy()));
  });
}

const options = { allowHosts: [], retryDelay: 1 };
const csv = Buffer.from(
  `prompt\n${Array.from({ length: 20_000 }, (_, index) => `a cat, number ${index}`)
    .join('\n')
    .replaceAll(',', ';')}`,
);

describe('a file behind a web address', () => {
  it.each([true, false])('goes on where its connection broke (the server serves ranges: %s)', async (ranges) => {
    const asked: string[] = [];
    const url = await fileServer(csv, { ranges, breakAfter: 100_000, mends: !ranges }, asked);
    const source = await openWebFile(`${url}/x.csv`, options);
    expect((await readAll(source.open(0))).equals(csv)).toBe(true);
    expect(asked.length).toBeGreaterThan(2);
    expect((await readAll(source.open(1_000, 1_010))).equals(csv.subarray(1_000, 1_010))).toBe(true);
    expect(source.size).toBe(csv.length);
  });

  it('is read as rows', async () => {
    const url = await fileServer(csv, {});
    const reader = await openReader(await openWebFile(`${url}/x.csv`, options), {});
    expect(rowsOf(await recordsOf(reader))).toHaveLength(20_000);
    expect(reader.progress()).toBe(1);
  });

  it('of Parquet is read by ranges, the footer first, and never whole for its first rows', async () => {
    const bytes = parquetFile(
      'SELECT toString(number) AS prompt, randomPrintableASCII(100) AS ballast FROM numbers(100000)',
      'output_format_parquet_row_group_size = 5000',
    );
    const asked: string[] = [];
    const url = await fileServer(bytes, {}, asked);
    const rows = (await openReader(await openWebFile(`${url}/x.parquet`, options), {})).read();
    expect((await rows.next()).value).toMatchObject({ row: { prompt: '0' } });
    await rows.return(undefined);
    const bytesAsked = asked
      .map((range) => /(\d+)-(\d+)/.exec(range) ?? [])
      .reduce((sum, [, from, to]) => sum + Number(to) - Number(from) + 1, 0);
    expect(bytesAsked).toBeLessThan(bytes.length / 5);
  });

  it('of Parquet needs a server with ranges, and says so', async () => {
    const url = await fileServer(parquetFile('SELECT 1 AS prompt'), { ranges: false });
    const source = await openWebFile(`${url}/x.parquet`, options);
    await expect(openReader(source, {})).rejects.toMatchObject({ message: expect.stringContaining('Download it') });
  });

  it('is gone on with only where its server tells whether it is still the same', async () => {
    const notes = new Map<string, string>();
    const store = {
      note: async (name: string) => notes.get(name),
      setNote: async (name: string, value: string) => void notes.set(name, value),
    };
    const silent = await serve((_, response) => {
      response.write(csv.subarray(0, 10));
      response.end(csv.subarray(10));
    });
    for (const [url, goesOn] of [
      [silent, false],
      [await fileServer(csv, {}), true],
    ] as const) {
      const checkpoint = async () =>
        createCheckpoint(store, await openWebFile(`${url}/x.csv`, options), { columns: {}, images: false });
      const next = { position: 500, line: 20 };
      await (await checkpoint()).save({ next, counts: noCounts, rejectedBytes: 0 });
      expect((await (await checkpoint()).load()).next).toEqual(goesOn ? next : undefined);
    }
  });

  it('that changes under the reader is not mixed with its old content', async () => {
    const serving: Serving = { breakAfter: 100_000 };
    const source = await openWebFile(`${await fileServer(csv, serving)}/x.csv`, options);
    serving.etag = '"2"';
    await expect(readAll(source.open(0))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that is not there, or whose server is gone, says so', async () => {
    const url = await serve((_, response) => response.writeHead(404).end());
    await expect(openWebFile(`${url}/x.csv`, options)).rejects.toMatchObject({
      message: expect.stringContaining('status 404'),
    });
    const live = await fileServer(csv, {});
    const source = await openWebFile(`${live}/x.csv`, options);
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    await expect(readAll(source.open(5))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('to go on'),
    });
  });

  it('may be private itself, but redirects to no other private host that was not allowed', async () => {
    const target = await fileServer(csv, {});
    const url = await serve((_, response) => response.writeHead(302, { location: `${target}/x.csv` }).end());
    const first = url.replace('127.0.0.1', 'localhost');
    await expect(openWebFile(`${first}/x.csv`, options)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('--allow-host'),
    });
    const allowed = await openWebFile(`${first}/x.csv`, { ...options, allowHosts: ['127.0.0.1'] });
    expect(allowed.size).toBe(csv.length);
  });
});
