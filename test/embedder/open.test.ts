import { mkdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultHubModel } from '../../src/embedder/model-name.ts';
import { type OpenEmbedderOptions, openEmbedder } from '../../src/embedder/open.ts';
import { type FakeHub, startFakeHub } from '../fakes/hub.ts';
import { copyOfTiny, hubFiles, silentLog, temporaryFolder, tinyFolder } from './weights-fixtures.ts';

const files = await hubFiles();
const otherText = files['onnx/text_model_quantized.onnx'] ?? Buffer.alloc(0);
const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:9';

/** What a start gives: the model's name and the notice. */
async function start(
  options: Partial<OpenEmbedderOptions> = {},
): Promise<{ model: string; notice: string | undefined }> {
  const { embedder, notice } = await openEmbedder({
    clipModel: undefined,
    storedModel: undefined,
    hubUrl: nowhere,
    dataDir: temporaryFolder(),
    log: silentLog,
    choiceTimeout: 1_000,
    downloadTimeout: 1_000,
    retryDelay: 1,
    ...options,
  });
  await embedder.close();
  return { model: embedder.model, notice };
}

async function startHub(options: { id?: string; files?: Record<string, Buffer> } = {}): Promise<FakeHub> {
  const hub = await startFakeHub({ id: defaultHubModel, files, ...options });
  closing.push(hub.close);
  return hub;
}

const failsWith = (code: string, ...parts: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(parts.map((part) => part.replaceAll(/[/.()]/g, '\\$&')).join('[^]*'))),
});

describe('a new database', () => {
  it('gets the hub model when the hub answers, and then needs the hub no more', async () => {
    const hub = await startHub();
    const dataDir = temporaryFolder();
    const first = await start({ hubUrl: hub.url, dataDir });
    expect(first).toEqual({
      model: expect.stringMatching(/^Xenova\/clip-vit-base-patch32@[0-9a-f]{16}$/),
      notice: undefined,
    });
    expect(await start({ dataDir })).toEqual(first);
    expect(await start({ dataDir, storedModel: first.model })).toEqual(first);
  });

  it.each([
    ['refuses connections', async () => nowhere],
    ['hangs', () => listen(() => {})],
    [
      'is hidden by a login page',
      () => listen((response) => response.writeHead(302, { location: 'http://127.0.0.1:9/login' }).end()),
    ],
    ['is forbidden', () => listen((response) => response.writeHead(403).end())],
  ])('gets the bundled model and says so when the hub %s', async (_, startServer) => {
    const { model, notice } = await start({ hubUrl: await startServer() });
    expect(model).toMatch(/^tiny-clip@[0-9a-f]{16}$/);
    expect(notice).toMatch(/^127\.0\.0\.1:\d+ can't be reached, so search uses the small bundled model/);
    expect(notice).not.toContain('\n');
  });

  it('gets the bundled model when the hub answers but the download fails', async () => {
    const hub = await startHub();
    hub.faults.push({ file: 'onnx/text_model_quantized.onnx', method: 'HEAD', act: { status: 404 } });
    const { model, notice } = await start({ hubUrl: hub.url });
    expect(model).toMatch(/^tiny-clip@/);
    expect(notice).toContain('bundled model');
  });

  it('fails when the model that was asked for can not be had', async () => {
    await expect(start({ clipModel: 'someone/clip' })).rejects.toMatchObject(
      failsWith('model_unavailable', 'someone/clip', 'start again'),
    );
  });

  it('takes the bundled model without a word when it was asked for', async () => {
    expect(await start({ clipModel: 'tiny' })).toEqual({
      model: expect.stringMatching(/^tiny-clip@/),
      notice: undefined,
    });
  });

  it.each(['nonsense', './no/such/folder', '../x/y', 'https://huggingface.co/Xenova/clip-vit-base-patch32'])(
    'fails on the setting %s, and says what it may be',
    async (clipModel) => {
      await expect(start({ clipModel })).rejects.toMatchObject(
        failsWith('invalid_settings', clipModel, 'tiny', 'folder', 'hub id'),
      );
    },
  );
});

describe('a database that was built with a model', () => {
  it('keeps the bundled one although the hub answers, and says which it is', async () => {
    const hub = await startHub();
    const { model: storedModel } = await start({ clipModel: 'tiny' });
    const { model, notice } = await start({ hubUrl: hub.url, storedModel });
    expect(model).toBe(storedModel);
    expect(notice).toContain('bundled model');
    expect(hub.requests).toEqual([]);
  });

  it('downloads its own model again when the files are gone', async () => {
    const hub = await startHub({ id: 'someone/clip' });
    const { model: storedModel } = await start({ hubUrl: hub.url, clipModel: 'someone/clip' });
    expect(await start({ hubUrl: hub.url, storedModel })).toEqual({ model: storedModel, notice: undefined });
  });

  it('fails when its model can not be downloaded, and does not take another', async () => {
    const start1 = start({ storedModel: `${defaultHubModel}@0123456789abcdef` });
    await expect(start1).rejects.toMatchObject(failsWith('model_unavailable', defaultHubModel, 'start again'));
  });

  it('refuses another model before downloading it, names both, and says how to embed again', async () => {
    const hub = await startHub();
    const { model: storedModel } = await start({ clipModel: 'tiny' });
    await expect(start({ hubUrl: hub.url, storedModel, clipModel: defaultHubModel })).rejects.toMatchObject(
      failsWith('model_mismatch', storedModel, defaultHubModel, 'npm run reembed'),
    );
    expect(hub.requests).toEqual([]);
  });

  it('refuses a folder with other weights', async () => {
    const { model: storedModel } = await start({ clipModel: 'tiny' });
    const clipModel = await copyOfTiny({ 'onnx/text_model.onnx': Buffer.concat([otherText, Buffer.from([0])]) });
    await expect(start({ storedModel, clipModel })).rejects.toMatchObject(
      failsWith('model_mismatch', storedModel, clipModel),
    );
  });

  it('refuses other weights under the same hub id', async () => {
    const changed = {
      ...files,
      'preprocessor_config.json': Buffer.from('{"size":80,"crop_size":80,"do_center_crop":true}'),
    };
    const hub = await startHub();
    const { model: storedModel } = await start({ hubUrl: hub.url });
    const later = await startHub({ files: changed });
    await expect(start({ hubUrl: later.url, storedModel })).rejects.toMatchObject(
      failsWith('model_mismatch', storedModel, 'old weights'),
    );
  });

  it('finds its folder again after it moved, by its weights, under any name', async () => {
    const { model: storedModel } = await start({ clipModel: await copyOfTiny() });
    expect(storedModel).toMatch(/^folder@[0-9a-f]{16}$/);
    expect((await start({ storedModel, clipModel: await copyOfTiny() })).model).toBe(storedModel);
    expect((await start({ storedModel, clipModel: 'tiny' })).model).toBe(storedModel);
    await expect(start({ storedModel })).rejects.toMatchObject(
      failsWith('model_unavailable', storedModel, 'Set CLIP_MODEL'),
    );
  });
});

it('takes a folder before a hub id of the same spelling', async () => {
  const dataDir = temporaryFolder();
  const relative = path.relative(process.cwd(), path.join(dataDir, 'own', 'clip'));
  mkdirSync(path.dirname(relative), { recursive: true });
  await cp(tinyFolder, relative, { recursive: true });
  expect((await start({ clipModel: relative })).model).toMatch(/^folder@/);
});

async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
