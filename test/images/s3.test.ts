import { mkdtemp } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import S3rver from 's3rver';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createImageFiles } from '../../src/images/choose.ts';
import { checkBucket } from '../../src/images/doctor.ts';
import { createS3ImageFiles } from '../../src/images/s3.ts';
import type { S3Config } from '../../src/images/s3-settings.ts';
import { imageFilesContract } from '../contract/image-files.ts';

const bucket = 'pictures';
// s3rver can't list a bucket in which a put was broken off, as the contract does.
const untouched = 'untouched';
// What s3rver knows.
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

let server: S3rver;
let endpoint = '';
let prefixes = 0;

beforeAll(async () => {
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: await mkdtemp(path.join(tmpdir(), 'promptory-s3-')),
    configureBuckets: [bucket, untouched].map((name) => ({ name, configs: [] })),
  });
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
});

afterAll(() => server.close());

function config(changes: Partial<S3Config> = {}): S3Config {
  return { bucket, endpoint, region: undefined, credentials, prefix: '', ...changes };
}

/** Listens on a free port until the end of the test; gives back the address. */
async function listen(listening: Server): Promise<string> {
  await new Promise((resolve) => listening.listen(0, '127.0.0.1', () => resolve(undefined)));
  onTestFinished(() => void listening.close());
  const address = listening.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** What the start of the program gets, files or the error, and what it logs. */
async function openAtStart(s3: S3Config): Promise<{ opened: unknown; logged: string }> {
  let logged = '';
  const log = pino({ level: 'warn' }, { write: (line) => (logged += line) });
  const opened = await createImageFiles({ s3, dataDir: '/nowhere' }, log).catch((error: unknown) => error);
  return { opened, logged };
}

imageFilesContract('s3', async () => {
  const own = config({ prefix: `run-${++prefixes}/` });
  return { files: createS3ImageFiles(own), reopen: async () => createS3ImageFiles(own) };
});

describe('s3', () => {
  test('names objects as the disk names files, with their media type', async () => {
    const files = createS3ImageFiles(config({ prefix: 'mine/' }));
    const picture = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .webp()
      .toBuffer();
    const key = await files.put(picture);
    // s3rver lets everybody read.
    const response = await fetch(`${endpoint}/${bucket}/mine/${key.slice(0, 2)}/${key.slice(2, 4)}/${key}`);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true);
  });

  test.each([
    ['a bucket that is not there', { bucket: 'nowhere' }, 'The bucket nowhere does not exist'],
    [
      'an unknown key',
      { credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong' } },
      'refused access to the bucket pictures. Check S3_ACCESS_KEY_ID',
    ],
    // Port 9 of this machine answers no one.
    ['a server that is not there', { endpoint: 'http://127.0.0.1:9' }, "127.0.0.1:9 can't be reached"],
  ])('names %s, with the remedy, at the start and for the doctor too', async (what, changes, message) => {
    const failure = await createS3ImageFiles(config(changes))
      .put(Buffer.from('x'))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'images_unavailable', message: expect.stringContaining(message) });
    expect(String(failure)).not.toContain('wrong');
    expect(await checkBucket(config(changes))).toMatchObject({ ok: false, detail: expect.stringContaining(message) });
    const { opened, logged } = await openAtStart(config(changes));
    const isPassing = what.startsWith('a server');
    expect(opened).toMatchObject(isPassing ? { put: expect.any(Function) } : { code: 'invalid_settings' });
    expect(isPassing ? logged : String(opened)).toContain(message);
  });

  test('starts with a bucket that answers, and says nothing of it', async () => {
    const { opened, logged } = await openAtStart(config({ bucket: untouched }));
    expect([opened, logged]).toMatchObject([{ put: expect.any(Function) }, '']);
  });

  test('starts without a bucket that fails for now or never answers, and says so', async () => {
    const failing = createHttpServer((_, response) => response.writeHead(503).end());
    const { opened, logged } = await openAtStart(config({ endpoint: await listen(failing) }));
    expect([opened, logged]).toMatchObject([
      { put: expect.any(Function) },
      expect.stringMatching(/failed.*Pictures fail until it answers/),
    ]);
    const hanging = createS3ImageFiles(config({ endpoint: await listen(createServer()) }), { timeoutMs: 200 });
    await expect(hanging.check()).rejects.toMatchObject({ code: 'images_unavailable' });
  });

  test('does not start without an access key, and names its settings', async () => {
    // Neither a file nor the address of an instance role is looked for outside of this test.
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE']) vi.stubEnv(name, undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { opened } = await openAtStart(config({ credentials: undefined }));
    expect(opened).toMatchObject({
      code: 'invalid_settings',
      message: expect.stringMatching(/Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY/),
    });
  });

  // s3rver checks no signature: these are answers as S3 documents them.
  test.each([
    ['SignatureDoesNotMatch', 403, 'refused access'],
    ['AccessDenied', 403, 'refused access'],
    ['ExpiredToken', 400, 'refused access'],
    ['AuthorizationHeaderMalformed', 400, 'Set S3_REGION'],
    ['InternalError', 500, 'failed. Try again'],
  ])('explains S3’s %s', async (code, status, message) => {
    const refusing = createHttpServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
    });
    const files = createS3ImageFiles(config({ endpoint: await listen(refusing) }));
    await expect(files.get('0'.repeat(64))).rejects.toMatchObject({
      code: 'images_unavailable',
      message: expect.stringContaining(message),
    });
  });

  test('gives up on a server that never answers, and at once when told to', async () => {
    const hanging = config({ endpoint: await listen(createServer()) });
    await expect(createS3ImageFiles(hanging, { timeoutMs: 200 }).put(Buffer.from('x'))).rejects.toMatchObject({
      code: 'images_unavailable',
      message: expect.stringContaining('took too long'),
    });
    const stopping = new AbortController();
    const put = createS3ImageFiles(hanging).put(Buffer.from('x'), { signal: stopping.signal });
    stopping.abort();
    await expect(put).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('the doctor leaves nothing behind in a bucket that works', async () => {
    const own = config({ prefix: 'doctor/' });
    expect(await checkBucket(own)).toMatchObject({ ok: true });
    const listing = await (await fetch(`${endpoint}/${bucket}?prefix=doctor/`)).text();
    expect(listing).toContain('<ListBucketResult');
    expect(listing).not.toContain('<Key>');
  });
});
