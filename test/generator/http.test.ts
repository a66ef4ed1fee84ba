import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { operatorsWords } from '../../src/errors.ts';
import { GeneratorFault } from '../../src/generator/fault.ts';
import { createHttpClient } from '../../src/generator/http.ts';
import { retryAfterMs } from '../../src/generator/http-faults.ts';
import { addressOfNothing, type ImageServer, type ImageServerReply, startImageServer } from '../fakes/image-server.ts';

let server: ImageServer;
let reply: ImageServerReply;
beforeEach(async () => {
  reply = { status: 200, json: { ok: true } };
  server = await startImageServer(() => reply);
});
afterEach(() => server.close());

const shape = z.object({ ok: z.literal(true) });

function clientAt(url: string) {
  return createHttpClient({ name: 'The server', url, settings: { url: 'its address', login: 'its login' } });
}

describe('the client of image servers', () => {
  test('keeps the path of the base address, and takes the login out of it', async () => {
    const url = `${server.url.replace('//', '//bot:s%3Acret@')}/behind/a/proxy/`;
    expect(await clientAt(url).ask({ path: '/api', query: { q: 'a b' } }, shape)).toEqual({ ok: true });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'GET', path: '/behind/a/proxy/api' });
    expect(request?.query.get('q')).toBe('a b');
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('bot:s:cret').toString('base64')}`);
  });

  test('names the address and the cause to the operator alone, and the login to nobody', async () => {
    const url = server.url.replace('//', '//bot:s3cret@');
    await server.close();
    const failure = (await clientAt(url)
      .send({ path: '/' })
      .catch((error: unknown) => error)) as GeneratorFault;
    const { message, cause, forOperator } = failure;
    expect(forOperator).toContain(`Check that it runs at ${server.url} and that its address is right.`);
    expect(String(cause)).toContain('ECONNREFUSED');
    expect(message).not.toContain(new URL(server.url).host);
    expect(`${message} ${forOperator} ${String(cause)} ${JSON.stringify(cause)}`).not.toContain('s3cret');
  });

  test('sends well-formed text alone', async () => {
    await clientAt(server.url).send({ path: '/', json: { prompt: ['a \ud83d cat', '\ude00', '😀'] } });
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({ prompt: ['a \ufffd cat', '\ufffd', '😀'] });
  });

  test('follows no redirect, which would carry the login away', async () => {
    reply = { status: 302, json: {}, headers: { location: `${server.url}/elsewhere` } };
    await expect(clientAt(server.url).ask({ path: '/' }, shape)).rejects.toMatchObject({
      forOperator: `The server does not do what it is asked for. ${server.url} moved elsewhere: correct its address.`,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('reads no more than it is told', async () => {
    reply = { status: 200, body: 'x'.repeat(2000), type: 'application/json' };
    await expect(clientAt(server.url).send({ path: '/', maxBytes: 1000 })).rejects.toThrow(/more than this bot reads/);
  });

  test.each([
    [{ status: 404, json: {} }, /doesn't know this request: check its address\./],
    [{ status: 413, json: {} }, /too large\. Use a smaller picture/],
    [{ status: 400, json: {} }, /minds the request \(status 400\): check the options/],
    [{ status: 503, json: {} }, /failed \(status 503\)\. Its own log/],
    [{ status: 429, json: {}, headers: { 'retry-after': '7' } }, /too much to do\. Try again in 7 seconds/],
    [{ status: 200, json: { ok: false } }, /sent an answer of another shape\. Check that its address/],
    [{ status: 200, body: '<p>', type: 'text/html; charset=utf-8' }, /sent text\/html instead of JSON\./],
  ] as const)('at %j tells the operator %s', async (answer, saying) => {
    reply = answer;
    const failure = await clientAt(server.url)
      .ask({ path: '/' }, shape)
      .catch((error: unknown) => error);
    expect(failure instanceof GeneratorFault && operatorsWords(failure)).toMatch(saying);
  });

  test.each<[string, ImageServerReply, boolean]>([
    ['a refused request', { status: 400, json: {} }, true],
    ['a login that is missing', { status: 401, json: {} }, true],
    ['too much to do', { status: 429, json: {} }, true],
    ['an overload', { status: 503, json: {} }, true],
    ['a failure', { status: 500, json: {} }, false],
    ["a gateway's failure", { status: 504, json: {} }, false],
    ['a broken connection', 'reset', false],
    ['half an answer', 'cut', false],
    ['another shape', { status: 200, json: {} }, false],
  ])('knows whether anything can have been made: %s', async (_name, answer, madeNothing) => {
    reply = answer;
    await expect(clientAt(server.url).ask({ path: '/' }, shape)).rejects.toMatchObject({ madeNothing });
  });

  test('knows that nothing was made without a connection, and may have been when it took too long', async () => {
    await expect(clientAt(await addressOfNothing()).send({ path: '/' })).rejects.toMatchObject({ madeNothing: true });
    reply = 'hang';
    const late = clientAt(server.url).send({ path: '/', timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ madeNothing: false });
  });

  test('passes an abort on as it is', async () => {
    reply = 'hang';
    const stopping = new AbortController();
    const answer = clientAt(server.url).send({ path: '/', signal: stopping.signal });
    const reason = new Error('enough');
    stopping.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  test.each([
    ['12', 12_000, 12_000],
    [new Date(Date.now() + 60_000).toUTCString(), 1, 60_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0, 0],
    ['soon', undefined, undefined],
    [undefined, undefined, undefined],
  ])('reads Retry-After %j', (text, least, most) => {
    const ms = retryAfterMs({ status: 429, headers: { get: () => text ?? null }, bytes: new Uint8Array() });
    if (least === undefined) expect(ms).toBeUndefined();
    else {
      expect(ms).toBeGreaterThanOrEqual(least);
      expect(ms).toBeLessThanOrEqual(most ?? 0);
    }
  });
});
