import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { SearchQuery } from '../../adapters/web/server.ts';
import { call, imageForm, readThread } from './client.ts';
import { openWeb } from './open-web.ts';

const megabyte = 1024 * 1024;

const picture = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#207040' } })
  .png()
  .toBuffer();

describe('bad bodies', () => {
  test.each([
    ['broken JSON', '{"text": ', 'application/json'],
    ['JSON that is no object', '[1, 2]', 'application/json'],
    ['a wrong type', '{"text": 7}', 'application/json'],
    ['wrong options', '{"command": "prompt", "options": []}', 'application/json'],
    ['options without a command', '{"text": "a cat", "options": {"count": 2}}', 'application/json'],
    ['nothing', '{}', 'application/json'],
    ['only spaces', '{"text": "  \\n "}', 'application/json'],
    ['no body', '', 'application/json'],
    ['a form without its boundary', 'text=hi', 'multipart/form-data'],
    ['a broken form', '--x\r\nbroken', 'multipart/form-data; boundary=x'],
  ])('%s is a 400 with a message', async (_, body, type) => {
    const web = await openWeb();
    const response = await fetch(`${web.url}/api/threads`, { method: 'POST', body, headers: { 'content-type': type } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringMatching(/\w{4}/) },
    });
    expect(web.script.accepted).toEqual([]);
  });

  test('options that are no JSON in a form are a 400', async () => {
    const web = await openWeb();
    const body = imageForm(picture, { command: 'search', options: '{limit' });
    expect((await call(web, '/api/threads', { body })).status).toBe(400);
  });

  test('20,000 characters are fine, and a megabyte of JSON is not', async () => {
    const web = await openWeb();
    const { status, json } = await call(web, '/api/threads', { body: { text: '猫'.repeat(20_000) } });
    expect(status).toBe(202);
    expect((await readThread(web, json.id)).messages[0]?.text.length).toBe(20_000);
    expect((await call(web, '/api/threads', { body: { text: 'a'.repeat(megabyte + 1) } })).status).toBe(413);
  });
});

describe('pictures', () => {
  test('a 50 MB file is a 413 with the limit in it', async () => {
    const web = await openWeb();
    const { status, json } = await call(web, '/api/threads', { body: imageForm(randomBytes(50 * megabyte)) });
    expect(status).toBe(413);
    expect(json.error).toMatchObject({ code: 'too_large', message: expect.stringContaining('4 MB') });
    expect((await call(web, '/healthz')).status).toBe(200);
  });

  test('a body that announces too much is refused before it is sent', async () => {
    const web = await openWeb();
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 50 * megabyte };
    const status = await new Promise((resolve, reject) => {
      const sending = request(`${web.url}/api/threads`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sending.destroy();
      });
      sending.on('error', reject);
      sending.write('--x\r\n');
    });
    expect(status).toBe(413);
  });

  test('a stream without a length is cut off at the limit', async () => {
    const web = await openWeb();
    let sent = 0;
    const long = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(megabyte));
        if (sent === 64) controller.close();
      },
    });
    const init = {
      method: 'POST',
      body: long,
      duplex: 'half',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    };
    const outcome = await fetch(`${web.url}/api/threads`, init as RequestInit).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(outcome);
    expect(sent).toBeLessThan(60);
    expect((await call(web, '/healthz')).status).toBe(200);
  });

  test.each([
    ['a picture above the limit', randomBytes(4 * megabyte + 1), 413, 'too_large'],
    ['text', Buffer.from('not a picture'), 415, 'unsupported_image'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'unsupported_image'],
    ['half a picture', picture.subarray(0, picture.length / 2), 415, 'unsupported_image'],
    ['an empty file', Buffer.alloc(0), 415, 'unsupported_image'],
  ])('%s is refused, and nothing is kept', async (_, bytes, status, code) => {
    const web = await openWeb();
    for (const path of ['/api/threads', '/api/search']) {
      const answer = await call(web, path, { body: imageForm(bytes) });
      expect([path, answer.status, answer.json.error.code]).toEqual([path, status, code]);
    }
    expect((await call(web, '/api/threads')).json.threads).toEqual([]);
    expect(web.script.accepted).toEqual([]);
  });

  test('five at once are one too many', async () => {
    const web = await openWeb();
    const body = new FormData();
    for (let i = 0; i < 5; i++) body.append('image', new File([new Uint8Array(picture)], `${i}.png`));
    expect((await call(web, '/api/threads', { body })).status).toBe(400);
  });

  test('are served for ever by their key, with their own type, and small on demand', async () => {
    const web = await openWeb();
    const key = await web.images.put(picture);
    const whole = await fetch(`${web.url}/images/${key}`);
    expect(
      createHash('sha256')
        .update(Buffer.from(await whole.arrayBuffer()))
        .digest('hex'),
    ).toBe(key);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': expect.stringContaining('immutable'),
      'x-content-type-options': 'nosniff',
    });
    for (let i = 0; i < 2; i++) {
      const small = await fetch(`${web.url}/images/${key}?size=100`);
      expect(small.headers.get('content-type')).toBe('image/webp');
      const bytes = Buffer.from(await small.arrayBuffer());
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 192, height: 128 });
    }
    const text = await web.images.put(Buffer.from('<script>alert(1)</script>'));
    expect((await call(web, `/images/${text}`)).status).toBe(404);
  });
});

describe('search', () => {
  test('by text and by picture', async () => {
    const asked: { query: SearchQuery; limit: number }[] = [];
    const key = 'a'.repeat(64);
    const web = await openWeb({
      search: async (query, { limit }) => {
        asked.push({ query, limit });
        return [
          { id: 'p1', prompt: 'a red fox', similarity: 0.91, source: 'corpus', alike: 14, picture: key },
          { id: 'p2', prompt: 'a fox', similarity: 0.4, source: 'own', picture: 'javascript:alert(1)' },
        ];
      },
    });
    const { status, json } = await call(web, '/api/search?text=fox&limit=2');
    expect(status).toBe(200);
    expect(json).toEqual({
      matches: [
        { id: 'p1', prompt: 'a red fox', similarity: 0.91, source: 'corpus', alike: 14, imageUrl: `/images/${key}` },
        { id: 'p2', prompt: 'a fox', similarity: 0.4, source: 'own' },
      ],
    });
    expect((await call(web, '/api/search', { body: imageForm(picture, { limit: '7' }) })).json.matches.length).toBe(2);
    expect(asked[0]).toEqual({ query: { text: 'fox' }, limit: 2 });
    expect(asked[1]?.limit).toBe(7);
    expect(await sharp(asked[1]?.query.image).metadata()).toMatchObject({ width: 900, height: 600 });
  });

  test.each(['/api/search', '/api/search?text=%20', '/api/search?text=a&limit=0', '/api/search?text=a&limit=1e9'])(
    '%s is a 400',
    async (path) => {
      const web = await openWeb();
      expect((await call(web, path)).status).toBe(400);
    },
  );

  test('an unexpected fault shows a reference and no more', async () => {
    const web = await openWeb({
      search: async () => {
        throw new Error('secret detail at /home/somebody');
      },
    });
    const { status, text, json } = await call(web, '/api/search?text=fox');
    expect(status).toBe(500);
    expect(json.error).toMatchObject({ code: 'internal', message: expect.stringMatching(/ref [0-9a-f]{8}/) });
    expect(text).not.toMatch(/secret|\.ts|node_modules/);
  });
});

test('commands, suggestions and what runs here are told', async () => {
  const web = await openWeb({ notices: ['The small model is in use.'] });
  const { json } = await call(web, '/api/commands');
  expect(json.commands.map(({ name }: { name: string }) => name)).toEqual(['prompt', 'search', 'help']);
  expect(json.reactions).toContain('👍');
  const suggestions = await call(web, '/api/suggest?command=prompt&option=style&typed=wa');
  expect(suggestions.json).toEqual({ suggestions: ['watercolor'] });
  expect((await call(web, '/api/suggest')).status).toBe(400);
  expect((await call(web, '/api/about')).json).toMatchObject({
    model: 'tiny-clip',
    notices: ['The small model is in use.'],
  });
});
