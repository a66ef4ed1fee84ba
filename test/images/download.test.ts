import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { downloadImage } from '../../src/images/download.ts';

const seen: { path: string; headers: IncomingHttpHeaders }[] = [];
let first: Server;
let second: Server;
let origin: string;
let other: string;

beforeAll(async () => {
  second = await listen((path) => ({ status: path === '/gone' ? 404 : 200, body: Buffer.from('other') }));
  other = addressOf(second);
  first = await listen((path) => {
    if (path === '/moved') return { status: 302, location: '/picture' };
    if (path === '/elsewhere') return { status: 302, location: `${other}/picture` };
    if (path === '/to-name') return { status: 302, location: `http://localhost:${new URL(other).port}/picture` };
    if (path === '/loop') return { status: 302, location: '/loop' };
    if (path === '/file') return { status: 302, location: 'file:///etc/passwd' };
    if (path === '/slow') return { status: 200 };
    if (path === '/large') return { status: 200, body: Buffer.alloc(64 * 1024) };
    return { status: 200, body: Buffer.from([1, 2, 3]) };
  });
  origin = addressOf(first);
});

afterAll(() => {
  for (const server of [first, second]) {
    server.closeAllConnections();
    server.close();
  }
});

test('fetches the bytes from an allowed host, local ones included', async () => {
  expect(await downloadImage(`${origin}/picture`, local())).toEqual(new Uint8Array([1, 2, 3]));
});

test('follows a redirect within the allowed hosts', async () => {
  expect(await downloadImage(`${origin}/moved`, local())).toEqual(new Uint8Array([1, 2, 3]));
});

test('refuses a host that is not named, before any request', async () => {
  const asked = seen.length;
  await expect(
    downloadImage(`${origin}/picture`, { ...local(), allowedHosts: ['cdn.discordapp.com'] }),
  ).rejects.toMatchObject({ code: 'forbidden' });
  expect(seen.length).toBe(asked);
});

test('checks the host again after a redirect', async () => {
  const asked = seen.length;
  await expect(downloadImage(`${origin}/to-name`, local())).rejects.toMatchObject({ code: 'forbidden' });
  expect(seen.slice(asked).map(({ path }) => path)).toEqual(['/to-name']);
});

test.each(['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '169.254.169.254', '0x7f000001'])(
  'keeps public downloads away from %s',
  async (host) => {
    const url = `http://${host}:${new URL(origin).port}/picture`;
    const asked = seen.length;
    await expect(downloadImage(url, { ...local(), allowedHosts: 'public' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(seen.length).toBe(asked);
  },
);

test('sends headers to the first origin only', async () => {
  const headers = { authorization: 'Bearer secret' };
  await downloadImage(`${origin}/moved`, { ...local(), headers });
  expect(seen.slice(-2).map((request) => request.headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
  await downloadImage(`${origin}/elsewhere`, { ...local(), headers });
  expect(seen.slice(-2).map((request) => request.headers.authorization)).toEqual(['Bearer secret', undefined]);
});

test('stops at the size limit', async () => {
  await expect(downloadImage(`${origin}/large`, { ...local(), maxBytes: 1000 })).rejects.toMatchObject({
    code: 'too_large',
  });
});

test('names an expired link, a loop, another protocol and text that is no address', async () => {
  await expect(downloadImage(`${other}/gone`, local())).rejects.toMatchObject({ code: 'not_found' });
  await expect(downloadImage(`${origin}/loop`, local())).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(downloadImage(`${origin}/file`, local())).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(downloadImage('picture.png', local())).rejects.toMatchObject({ code: 'invalid_input' });
});

test('gives up after the time limit, and at once when aborted', async () => {
  await expect(downloadImage(`${origin}/slow`, { ...local(), timeoutMs: 100 })).rejects.toMatchObject({
    code: 'internal',
  });
  const controller = new AbortController();
  const download = downloadImage(`${origin}/slow`, { ...local(), signal: controller.signal });
  controller.abort();
  await expect(download).rejects.toMatchObject({ name: 'AbortError' });
});

function local() {
  return { allowedHosts: ['127.0.0.1'], maxBytes: 100_000 };
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listen(answer: (path: string) => { status: number; body?: Buffer; location?: string }): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    seen.push({ path, headers: request.headers });
    const { status, body, location } = answer(path);
    response.writeHead(status, location ? { location } : {});
    // Without a body or a target the answer stays open: a server that hangs.
    if (body || location) response.end(body);
    else response.write('…');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
