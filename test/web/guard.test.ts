import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { call, readThread, startThread } from './client.ts';
import { openWeb } from './open-web.ts';
import { type RunningWeb, startWeb } from './scripted.ts';

const token = 'a-token-of-good-length';

/** fetch refuses to set Host, so this speaks HTTP itself. */
function get(web: RunningWeb, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(web.url + path, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('without a token', () => {
  test.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', '10.0.0.1', 'localhost@evil'])(
    'the Host %j is refused',
    async (host) => {
      const web = await openWeb();
      expect(await get(web, '/api/threads', { host })).toBeGreaterThanOrEqual(400);
      expect(await get(web, '/', { host })).toBeGreaterThanOrEqual(400);
    },
  );

  test.each(['localhost', 'localhost:3000', '127.0.0.1:80', '[::1]:3000'])(
    'the Host %j is this machine',
    async (host) => {
      const web = await openWeb();
      expect(await get(web, '/api/threads', { host })).toBe(200);
    },
  );

  test('a client that is no browser needs no headers; the own page may write; other sites may not', async () => {
    const web = await openWeb();
    const body = { text: 'a cat' };
    const statusWith = async (headers: Record<string, string>) =>
      (await call(web, '/api/threads', { body, headers })).status;
    expect(await statusWith({})).toBe(202);
    expect(await statusWith({ origin: web.url, 'sec-fetch-site': 'same-origin' })).toBe(202);
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: web.url.replace(/\d+$/, '1') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: web.url, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) expect([headers, await statusWith(headers)]).toEqual([headers, 403]);
    expect(web.script.accepted.length).toBe(2);
  });

  test('the page forbids scripts of others, frames and sniffing', async () => {
    const web = await openWeb();
    const { status, headers, text } = await call(web, '/t/some-thread');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|style=/);
  });
});

describe('with a token', () => {
  test('everything but the page and the health check needs it', async () => {
    const web = await openWeb({ token });
    expect((await call(web, '/healthz')).json).toEqual({ status: 'ok' });
    expect((await call(web, '/')).status).toBe(200);
    for (const path of ['/api/threads', '/api/commands', '/api/search?text=a', `/images/${'0'.repeat(64)}`]) {
      expect([path, (await call(web, path)).status]).toEqual([path, 401]);
      const wrong = { authorization: 'Bearer wrong' };
      expect([path, (await call(web, path, { headers: wrong })).status]).toEqual([path, 401]);
    }
    expect((await call(web, '/api/threads', { body: { text: 'hi' } })).status).toBe(401);
    expect((await call(web, '/api/threads', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  test('a browser shows it once and is one person from then on', async () => {
    const web = await openWeb({ token });
    expect((await call(web, '/api/session', { body: { token: 'wrong' } })).status).toBe(401);
    const cookies: string[] = [];
    for (let i = 0; i < 2; i++) {
      const { status, headers } = await call(web, '/api/session', { body: { token } });
      const cookie = headers.get('set-cookie') ?? '';
      expect([status, /HttpOnly/.test(cookie), /SameSite=Strict/.test(cookie)]).toEqual([204, true, true]);
      expect(decodeURIComponent(cookie)).not.toContain(token);
      cookies.push(cookie.split(';')[0] ?? '');
    }
    for (const cookie of [...cookies, cookies[0] ?? '']) {
      expect((await call(web, '/api/threads', { body: { text: 'hi' }, headers: { cookie } })).status).toBe(202);
    }
    const people = web.script.accepted.map(({ person }) => person.id);
    expect(people[0]).not.toBe(people[1]);
    expect(people[2]).toBe(people[0]);
    const forged = { cookie: `${cookies[0]?.slice(0, -4)}AAAA` };
    expect((await call(web, '/api/threads', { headers: forged })).status).toBe(401);
  });

  test('a changed token ends every session', async () => {
    const first = await startWeb({ token });
    const { headers } = await call(first, '/api/session', { body: { token } });
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    await first.close();
    const second = await openWeb({ folder: first.folder, token: `${token}-changed` });
    expect((await call(second, '/api/threads', { headers: { cookie } })).status).toBe(401);
  });

  test('clients name their people, and each sees the others by name', async () => {
    const web = await openWeb({ token });
    const as = (user: string) => ({ authorization: `Bearer ${token}`, 'x-promptory-user': user });
    const { json } = await call(web, '/api/threads', { body: { text: 'hi' }, headers: as('ada') });
    expect(web.script.accepted[0]?.person).toEqual({ id: 'client:ada', name: 'ada' });
    const authorFor = async (user: string) =>
      (await call(web, `/api/threads/${json.id}`, { headers: as(user) })).json.messages[0].author;
    expect([await authorFor('ada'), await authorFor('bob')]).toEqual(['you', 'ada']);
  });
});

test('a port in use is an error that names PORT', async () => {
  const web = await openWeb();
  const port = Number(new URL(web.url).port);
  const failure = await startWeb({ port }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'invalid_settings',
    message: expect.stringMatching(new RegExp(`${port}.*PORT`)),
  });
});

test('texts of strangers come back as they are, as JSON', async () => {
  const web = await openWeb();
  const text = `'; DROP TABLE prompts; -- <img src=x onerror=alert(1)> \u0000\u0007 你好 👩‍🎨`;
  const id = await startThread(web, { text });
  expect((await readThread(web, id)).messages[0]?.text).toBe(text);
});
