import { existsSync, readdirSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, downloadModel, isDownloaded, modelFolder } from '../../src/embedder/download.ts';
import { readWeights } from '../../src/embedder/weights.ts';
import { type FakeHub, type HubFault, startFakeHub } from '../fakes/hub.ts';
import { hastily, hubFiles, temporaryFolder, tinyFolder } from './weights-fixtures.ts';

const id = 'someone/some-clip';
const text = 'onnx/text_model_quantized.onnx';
const files = await hubFiles();

let hub: FakeHub;
afterEach(() => hub?.close());

/** A hub with these troubles ahead, and a download from it. */
async function withHub(...faults: HubFault[]) {
  hub = await startFakeHub({ id, files });
  hub.faults.push(...faults);
  const modelsFolder = temporaryFolder();
  const folder = modelFolder(modelsFolder, id);
  const download = (options: Partial<DownloadOptions> = {}) =>
    downloadModel({ ...hastily, hubUrl: hub.url, id, modelsFolder, ...options });
  return { modelsFolder, folder, download };
}

async function expectWhole(folder: string): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    expect((await readFile(path.join(folder, name))).equals(bytes), name).toBe(true);
  }
  expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.part'))).toEqual([]);
}

const gets = (file: string) => hub.requests.filter((request) => request.startsWith(`GET ${file}`));

describe('a download from the hub', () => {
  it('brings every file of one commit, once', async () => {
    const { modelsFolder, folder, download } = await withHub();
    expect(isDownloaded(modelsFolder, id)).toBe(false);
    expect(await download()).toBe(folder);
    await expectWhole(folder);
    expect(isDownloaded(modelsFolder, id)).toBe(true);
    const asked = hub.requests.length;
    await download();
    expect(hub.requests).toHaveLength(asked);
    expect((await readWeights(folder)).fingerprint).toBe((await readWeights(tinyFolder)).fingerprint);
  });

  it('goes on in the middle of a file when the connection breaks', async () => {
    const { folder, download } = await withHub({ file: text, method: 'GET', act: { breakAfter: 1_000_000 } });
    await download();
    await expectWhole(folder);
    const [first, second, ...others] = gets(text);
    expect([first, others]).toEqual([`GET ${text}`, []]);
    expect(Number(/bytes=(\d+)-$/.exec(second ?? '')?.[1])).toBeGreaterThan(0);
  });

  it('goes on at the next start when all attempts failed', async () => {
    const { modelsFolder, folder, download } = await withHub({
      file: text,
      method: 'GET',
      act: { breakAfter: 900_000 },
      times: 2,
    });
    await expect(download({ attempts: 2 })).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringMatching(/goes on where it stopped/),
    });
    expect(isDownloaded(modelsFolder, id)).toBe(false);
    expect(existsSync(path.join(folder, text))).toBe(false);
    hub.requests.length = 0;
    await download();
    await expectWhole(folder);
    expect(gets(text)).toHaveLength(1);
    expect(gets(text)[0]).toMatch(/bytes=[1-9]/);
    expect(gets('config.json')).toEqual([]);
  });

  it('goes on when the bytes stop coming', async () => {
    const { folder, download } = await withHub({ file: text, method: 'GET', act: { hangAfter: 5_000 } });
    await download({ timeoutMs: 300 });
    await expectWhole(folder);
    expect(gets(text)).toHaveLength(2);
  });

  it('waits for a slow hub as long as bytes come', async () => {
    const { folder, download } = await withHub({ file: text, method: 'GET', act: { drip: 130_000, everyMs: 80 } });
    await download({ timeoutMs: 1_000 });
    await expectWhole(folder);
    expect(gets(text)).toHaveLength(1);
  });

  it('starts a file over when the pieces do not fit', async () => {
    const { folder, download } = await withHub({ file: text, method: 'GET', act: { breakAfter: 900_000 }, times: 1 });
    await expect(download({ attempts: 1 })).rejects.toMatchObject({ code: 'model_unavailable' });
    const [part = ''] = readdirSync(path.join(folder, 'onnx')).filter((name) => name.endsWith('.part'));
    const damaged = path.join(folder, 'onnx', part);
    await writeFile(damaged, Buffer.alloc((await readFile(damaged)).length));
    hub.requests.length = 0;
    await download();
    await expectWhole(folder);
    expect(gets(text)).toHaveLength(2);
    expect(gets(text)[1]).toBe(`GET ${text}`);
  });

  it.each([
    ['other bytes of the same length', text, Buffer.alloc(files[text]?.length ?? 0, 7)],
    ['more bytes than were announced', text, Buffer.alloc((files[text]?.length ?? 0) + 9, 7)],
    ['a login page in place of a small file', 'config.json', Buffer.alloc(files['config.json']?.length ?? 0, 'x')],
  ])('never keeps %s', async (_, file, send) => {
    const { modelsFolder, folder, download } = await withHub({ file, method: 'GET', act: { send } });
    await expect(download()).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining('damaged'),
    });
    expect(existsSync(path.join(folder, file))).toBe(false);
    expect(isDownloaded(modelsFolder, id)).toBe(false);
    await download();
    await expectWhole(folder);
  });

  it('takes a body that is too short for a break, not for the file', async () => {
    const { folder, download } = await withHub({
      file: text,
      method: 'GET',
      act: { send: (files[text] ?? Buffer.alloc(0)).subarray(0, 5_000) },
    });
    await download();
    await expectWhole(folder);
    expect(gets(text)).toEqual([`GET ${text}`, `GET ${text} bytes=5000-`]);
  });

  it('tries again what the hub could not do for a moment', async () => {
    const { folder, download } = await withHub(
      { file: 'config.json', method: 'HEAD', act: { status: 503 }, times: 2 },
      { file: text, method: 'GET', act: { status: 429 }, times: 2 },
    );
    await download();
    await expectWhole(folder);
  });

  it.each([
    [404, /has no config\.json/],
    [401, /does not exist, is private or asks/],
    [403, /does not exist, is private or asks/],
  ])('gives up at once on %i, and says why', async (status, reason) => {
    const { download } = await withHub({ file: 'config.json', method: 'HEAD', act: { status }, times: 100 });
    await expect(download()).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringMatching(reason),
    });
    expect(hub.requests).toEqual(['HEAD config.json']);
  });

  it('says which file a model lacks', async () => {
    const { download } = await withHub({ file: text, method: 'HEAD', act: { status: 404 } });
    await expect(download()).rejects.toMatchObject({ message: expect.stringContaining(`has no ${text}`) });
  });

  it('stops when it is told to, and goes on later', async () => {
    const { folder, download } = await withHub({ file: text, method: 'GET', act: { hangAfter: 70_000 } });
    const controller = new AbortController();
    const stopped = expect(download({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    const parts = () => (existsSync(path.join(folder, 'onnx')) ? readdirSync(path.join(folder, 'onnx')) : []);
    await expect.poll(parts, { timeout: 10_000 }).toHaveLength(1);
    controller.abort();
    await stopped;
    await download();
    await expectWhole(folder);
  });

  it('replaces what was damaged on the disk since', async () => {
    const { folder, download } = await withHub();
    await download();
    await truncate(path.join(folder, text), 1_000_000);
    hub.requests.length = 0;
    await download();
    await expectWhole(folder);
    expect(hub.requests.filter((request) => request.startsWith('GET'))).toEqual([`GET ${text}`]);
  });
});
