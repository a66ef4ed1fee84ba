import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRgb } from '../../src/images/decode.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { type CachedPicture, cachePictures } from '../../src/importer/picture-cache.ts';
import { createPictureDownloads, type DownloadLimits } from '../../src/importer/picture-downloads.ts';
import { createPictures } from '../../src/importer/pictures.ts';
import { openState, type State } from '../../src/state.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';
import { type Answer, type PictureServer, startPictureServer } from './picture-server.ts';

const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c00' } })
  .png()
  .toBuffer();

/** What the server answers by path; everything else is the picture. */
type Answers = Record<string, Answer>;

let folder: TemporaryFolder;
let state: State;
let server: PictureServer;
let url: string;
let answers: Answers;
let visits: string[];
let clock: number;

beforeEach(async () => {
  folder = temporaryFolder();
  state = openState(path.join(folder.folder, 'state'));
  answers = {};
  clock = 1_000_000;
  const usual: Answer = (response) => void setImmediate(() => response.end(png));
  server = await startPictureServer((place) => answers[place] ?? usual);
  ({ url, visits } = server);
});
afterEach(async () => {
  server.close();
  await state.close();
  folder.remove();
});

function pictures(limits: Partial<DownloadLimits> = {}, { embeds = true, local = true, model = async () => {} } = {}) {
  const options = { allowHosts: ['127.0.0.1'], maxBytes: 100_000, retryDelay: 1, pauseMs: 0, ...limits };
  let embedded = 0;
  const embedder = {
    async embedImages(images: readonly Uint8Array[]) {
      for (const image of images) await decodeRgb(image);
      await model();
      embedded += images.length;
      return images.map(() => Float32Array.of(1, 0));
    },
  };
  const made = createPictures({
    embeds,
    folder: local ? path.join(folder.folder, 'set') : undefined,
    embedder,
    images: createDiskImageFiles(path.join(folder.folder, 'images')),
    downloads: createPictureDownloads(options),
    cache: cachePictures(state.table<CachedPicture>('pictures'), { model: 'm', now: () => clock }),
    maxBytes: options.maxBytes,
  });
  return { of: (place: string) => made.of(place, {}), embedded: () => embedded };
}

describe('a picture of the web', () => {
  it('is fetched once, by however many rows and runs', async () => {
    const { of, embedded } = pictures();
    const all = await Promise.all(Array.from({ length: 5 }, () => of(`${url}/a.png`)));
    expect(all).toEqual(Array(5).fill({ url: `${url}/a.png`, vector: Float32Array.of(1, 0) }));
    expect(await pictures().of(`${url}/a.png`)).toEqual(all[0]);
    expect([visits, embedded()]).toEqual([['/a.png'], 1]);
  });

  it('is not fetched at all without --images', async () => {
    const { of } = pictures({}, { embeds: false });
    expect(await of(`${url}/a.png`)).toEqual({ url: `${url}/a.png` });
    expect(visits).toEqual([]);
  });

  it('that is dead is so for days, with its reason; then it is asked for again', async () => {
    answers = {
      '/gone': (response) => response.writeHead(404).end(),
      '/page': (response) => response.end('<html></html>'),
      '/vast': (response) => response.end(Buffer.alloc(200_000)),
      '/loop': (response) => response.writeHead(302, { location: `${url}/loop` }).end(),
    };
    const reasons = {
      '/gone': 'status 404',
      '/page': 'it is no picture',
      '/vast': 'it is too large',
      '/loop': 'its address is no web address, or redirects too often',
    };
    for (const [place, dead] of Object.entries(reasons)) {
      const { of } = pictures();
      const before = visits.length;
      expect(await of(url + place)).toEqual({ url: url + place, dead });
      const asked = visits.length;
      expect(asked).toBeGreaterThan(before);
      clock += 3 * 24 * 3_600_000;
      expect(await of(url + place)).toEqual({ url: url + place, dead });
      expect(visits.length).toBe(asked);
      clock += 12 * 24 * 3_600_000;
      await of(url + place);
      expect(visits.length).toBeGreaterThan(asked);
    }
  });

  it('is tried again when its server fails, and is dead for an hour when that goes on', async () => {
    answers = {
      '/once': (response, visit) => (visit < 3 ? response.writeHead(500).end() : response.end(png)),
      '/ever': (response) => response.writeHead(502).end(),
      '/cut': (response, visit) => (visit < 2 ? response.destroy() : response.end(png)),
    };
    const { of } = pictures();
    expect(await of(`${url}/once`)).toMatchObject({ vector: expect.any(Float32Array) });
    expect(await of(`${url}/cut`)).toMatchObject({ vector: expect.any(Float32Array) });
    expect(await of(`${url}/ever`)).toMatchObject({ dead: 'status 502' });
    expect(visits.filter((place) => place === '/ever')).toHaveLength(4);
    clock += 2 * 3_600_000;
    answers = {};
    expect(await of(`${url}/ever`)).toMatchObject({ vector: expect.any(Float32Array) });
  });

  it('is dead for an hour when its server never answers', async () => {
    answers = { '/silent': () => undefined };
    const { of } = pictures({ timeoutMs: 50 });
    expect(await of(`${url}/silent`)).toMatchObject({ dead: 'it took too long' });
    expect(visits).toHaveLength(4);
    expect(await of(`${url}/silent`)).toMatchObject({ dead: 'it took too long' });
    expect(visits).toHaveLength(4);
  });

  it('waits as long as a busy server asks, and so do all others of its host', async () => {
    const times: [string, number][] = [];
    const note = (place: string) => times.push([place, performance.now()]);
    answers = {
      '/busy': (response, visit) => {
        note('/busy');
        if (visit === 1) response.writeHead(429, { 'retry-after': '1' }).end();
        else response.end(png);
      },
      '/other': (response) => {
        note('/other');
        response.end(png);
      },
    };
    const { of } = pictures({ perHost: 1 });
    const busy = of(`${url}/busy`);
    while (times.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await of(`${url}/other`)).toMatchObject({ vector: expect.any(Float32Array) });
    expect(await busy).toMatchObject({ vector: expect.any(Float32Array) });
    const first = times[0]?.[1] ?? 0;
    for (const [, time] of times.slice(1)) expect(time - first).toBeGreaterThan(900);
  });

  it('waits for the latest of all times that a busy server named', async () => {
    const times: number[] = [];
    answers = Object.fromEntries(
      ['/one', '/two'].map((place, index) => [
        place,
        (response, visit) => {
          times.push(performance.now());
          // The longer one is said first, so that the shorter one must not end it.
          if (visit === 1) response.writeHead(503, { 'retry-after': String(2 - index) }).end();
          else response.end(png);
        },
      ]),
    );
    const { of } = pictures({ perHost: 2 });
    await Promise.all([of(`${url}/one`), of(`${url}/two`)]);
    const [first = 0, , ...later] = times;
    expect(later).toHaveLength(2);
    for (const time of later) expect(time - first).toBeGreaterThan(1_900);
  });

  it('is dead for now, unasked, while its server wants to be left alone for long', async () => {
    answers = { '/busy': (response) => response.writeHead(429, { 'retry-after': '600' }).end() };
    const { of } = pictures();
    expect(await of(`${url}/busy`)).toMatchObject({ dead: 'status 429' });
    expect(await Promise.all([of(`${url}/a.png`), of(`${url}/b.png`)])).toMatchObject(
      Array(2).fill({ dead: 'its server wants to be left alone for now' }),
    );
    expect(visits).toEqual(['/busy']);
    clock += 2 * 3_600_000;
    expect(await pictures().of(`${url}/a.png`)).toMatchObject({ vector: expect.any(Float32Array) });
  });

  it('is one of a few whose bytes wait for the model', async () => {
    let waiting = 0;
    let go: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      go = resolve;
    });
    const model = async () => {
      waiting += 1;
      await opened;
    };
    const { of, embedded } = pictures({}, { model });
    const all = Promise.all(Array.from({ length: 80 }, (_, index) => of(`${url}/${index}.png`)));
    await expect.poll(() => waiting, { timeout: 10_000 }).toBe(32);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(visits).toHaveLength(32);
    go();
    await all;
    expect(embedded()).toBe(80);
  });

  it('is one of a few at once from a host', async () => {
    const { of } = pictures({ perHost: 3 });
    await Promise.all(Array.from({ length: 40 }, (_, index) => of(`${url}/${index}.png`)));
    expect(visits).toHaveLength(40);
    expect(server.most()).toBeLessThanOrEqual(3);
  });

  it('is never fetched from a private address that was not allowed', async () => {
    const { of } = pictures({ allowHosts: [] });
    expect(await of(`${url}/a.png`)).toMatchObject({ dead: 'its address is private' });
    expect(visits).toEqual([]);
  });
});

describe('a picture beside the file', () => {
  beforeEach(() => {
    mkdirSync(path.join(folder.folder, 'set', 'images'), { recursive: true });
    writeFileSync(path.join(folder.folder, 'set', 'images', 'a.png'), png);
    writeFileSync(path.join(folder.folder, 'set', 'images', 'text.png'), 'no picture');
    writeFileSync(path.join(folder.folder, 'secret.png'), png);
    symlinkSync(path.join(folder.folder, 'secret.png'), path.join(folder.folder, 'set', 'link.png'));
  });

  it('is kept as an image file, embedded or not', async () => {
    const kept = { url: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(await pictures().of('images/a.png')).toEqual({ ...kept, vector: Float32Array.of(1, 0) });
    const plain = await pictures({}, { embeds: false }).of('images/a.png');
    expect(plain).toMatchObject(kept);
    const images = createDiskImageFiles(path.join(folder.folder, 'images'));
    expect((await sharp(await images.get(plain.url)).metadata()).format).toBe('webp');
    expect(await pictures().of(plain.url)).toMatchObject({ url: plain.url, vector: expect.any(Float32Array) });
  });

  it.each([
    ['../secret.png', 'its file is outside of the folder of the import'],
    ['images/../../secret.png', 'its file is outside of the folder of the import'],
    ['link.png', 'its file is outside of the folder of the import'],
    ['/etc/passwd', 'its file is outside of the folder of the import'],
    ['images/none.png', 'its file is missing'],
    ['images/text.png', 'it is no picture'],
    ['images', "its file can't be read"],
    ['file:///etc/passwd', 'its file is missing'],
  ])('is dead when it is %s', async (place, dead) => {
    expect(await pictures().of(place)).toEqual({ url: '', dead });
  });

  it('does not exist for a file of the web', async () => {
    expect(await pictures({}, { local: false }).of('images/a.png')).toEqual({ url: '', dead: 'it is no web address' });
  });
});

it('has no way out of the set that a missing folder would open', async () => {
  rmSync(path.join(folder.folder, 'set'), { recursive: true, force: true });
  expect(await pictures().of('a.png')).toMatchObject({ dead: 'its file is missing' });
});
