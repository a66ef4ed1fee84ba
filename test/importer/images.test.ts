import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import S3rver from 's3rver';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3ImageFiles } from '../../src/images/s3.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';
import { allRows, endOf, startCommand, startImport } from './command.ts';
import { type Answer, type PictureServer, startPictureServer } from './picture-server.ts';

const picture = (background: string) =>
  sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png()
    .toBuffer();

const png = await picture('#c00');

let folder: TemporaryFolder;
let data: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  data = path.join(folder.folder, 'data');
  file = path.join(folder.folder, 'prompts.csv');
});
afterEach(() => folder.remove());

const write = (urls: readonly string[]) =>
  writeFileSync(file, `prompt,url\n${urls.map((url, index) => `a cat number ${index},${url}\n`).join('')}`);

// Each runs whole programs, which a busy machine lets wait.
describe('npm run import -- --images', { timeout: 300_000 }, () => {
  let server: PictureServer;
  let url: string;
  let visits: string[];
  const good = Array.from({ length: 30 }, (_, index) => `/${index}.png`);

  beforeEach(async () => {
    const answers: Record<string, Answer> = {
      '/gone': (response) => response.writeHead(404).end(),
      '/page': (response) => response.end('<html></html>'),
      '/vast': (response) => response.end(Buffer.alloc(1_200_000)),
      '/inside': (response) =>
        response.writeHead(302, { location: `${url.replace('127.0.0.1', '[::1]')}/0.png` }).end(),
      '/metadata': (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
      '/busy': (response, visit) =>
        visit === 1 ? response.writeHead(503, { 'retry-after': '1' }).end() : response.end(png),
      // Answers once everything else was asked for.
      '/slow': (response) => {
        const wait = setInterval(() => {
          if (visits.includes('/last')) response.end(png, () => clearInterval(wait));
        }, 20);
      },
    };
    const usual: Answer = (response) => void setTimeout(() => response.end(png), 30);
    server = await startPictureServer((place) => answers[place] ?? usual);
    ({ url, visits } = server);
  });
  afterEach(() => server.close());

  const run = (...parameters: string[]) =>
    endOf(startCommand('importer/main.ts', data, [file, '--images', ...parameters], { MAX_IMAGE_MB: '1' }));

  it('adds the pictures that can be had to what was imported without, counts the others by reason, and fetches none twice', async () => {
    const places = ['/slow', '/busy', ...good, '/gone', '/page', '/vast', '/inside', '/metadata', '/last'];
    write([...places.map((place) => url + place), 'ftp://pictures.example/1.png']);
    expect((await endOf(startImport(data, file))).output).toContain(`Done: ${places.length + 1} imported`);
    expect(visits).toEqual([]);
    const { code, output } = await run('--allow-host', '127.0.0.1');
    expect(code).toBe(0);
    const had = good.length + 3;
    expect(output).toContain(`Done: 0 imported, ${places.length + 1} skipped as already there`);
    expect(output).toContain(`${had} pictures, 6 dead links`);
    for (const reason of [
      '1 x status 404',
      '1 x it is no picture',
      '1 x it is too large',
      '2 x its address is private',
      '1 x its file is missing',
    ])
      expect(output).toContain(`dead link: ${reason}`);
    // A host is asked for a few at once, and waited for.
    expect(server.most()).toBeGreaterThan(1);
    expect(server.most()).toBeLessThanOrEqual(4);
    expect(visits.filter((place) => place === '/busy')).toHaveLength(2);
    const fetched = visits.length;
    const { prompts, images } = await allRows(data);
    expect(prompts).toHaveLength(places.length + 1);
    expect(images).toHaveLength(had);
    expect(images.every((image) => String(image.url).startsWith(url))).toBe(true);

    const again = await run('--allow-host', '127.0.0.1');
    expect(again.output).toContain('Done: 0 imported');
    expect(again.output).toContain('0 pictures, 6 dead links');
    expect(visits).toHaveLength(fetched);
    expect((await allRows(data)).images).toEqual(images);
  });
});

it('keeps the pictures beside the file in the bucket where one is set', { timeout: 300_000 }, async () => {
  const bucket = 'pictures';
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: path.join(folder.folder, 's3'),
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    mkdirSync(path.join(folder.folder, 'images'));
    writeFileSync(path.join(folder.folder, 'images', '1.png'), await picture('#0c0'));
    write(['images/1.png']);
    const environment = {
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
    };
    expect((await endOf(startCommand('importer/main.ts', data, [file, '--images'], environment))).code).toBe(0);
    const { prompts, images } = await allRows(data);
    expect(images).toMatchObject([{ url: prompts[0]?.url }]);
    const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    const files = createS3ImageFiles({ bucket, endpoint, region: undefined, credentials, prefix: '' });
    expect(await files.get(String(prompts[0]?.url))).toBeDefined();
    expect(existsSync(path.join(data, 'images'))).toBe(false);
  } finally {
    await server.close();
  }
});
