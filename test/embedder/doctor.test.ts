import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../src/embedder/doctor.ts';
import { downloadModel } from '../../src/embedder/download.ts';
import { defaultHubModel } from '../../src/embedder/model-name.ts';
import { type FakeHub, startFakeHub } from '../fakes/hub.ts';
import { copyOfTiny, hastily, hubFiles, silentLog, temporaryFolder } from './weights-fixtures.ts';

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:9';
const id = 'someone/clip';
const files = await hubFiles();
const megabytes = (Object.values(files).reduce((sum, file) => sum + file.length, 0) / 1e6).toFixed(1);
let hub: FakeHub;
beforeAll(async () => {
  hub = await startFakeHub({ id, files });
});
afterAll(() => hub.close());

const check = (options: Partial<Parameters<typeof checkModel>[0]> = {}) =>
  checkModel({
    clipModel: undefined,
    storedModel: undefined,
    hubUrl: nowhere,
    dataDir: temporaryFolder(),
    log: silentLog,
    ...options,
  });

const tried = (model: string) =>
  new RegExp(`^${model}@[0-9a-f]{16}, 512 dimensions, a text in \\d+ ms, a picture in \\d+ ms$`);

const fails = (words: RegExp) => [{ name: 'Embedding model', ok: false, detail: expect.stringMatching(words) }];

/** The name of the bundled weights, as a database has it. */
async function tinyName(): Promise<string> {
  const [found] = await check({ clipModel: 'tiny' });
  return found?.detail.split(',')[0] ?? '';
}

describe('the check of the embedding model', () => {
  it('tries the one that was asked for, and says what it is and how fast', async () => {
    const found = await check({ clipModel: 'tiny' });
    expect(found).toEqual([{ name: 'Embedding model', ok: true, detail: expect.stringMatching(tried('tiny-clip')) }]);
  });

  it('says that a new database gets the bundled one while the hub is out of reach', async () => {
    expect(await check()).toEqual([
      { name: 'Embedding model', ok: true, detail: expect.stringMatching(tried('tiny-clip')) },
      {
        name: 'Embedding model',
        ok: true,
        isDoubtful: true,
        detail: expect.stringMatching(/^127\.0\.0\.1:9 can't be/),
      },
    ]);
  });

  it('says how much a start would download and from where, and downloads nothing', async () => {
    const dataDir = temporaryFolder();
    expect(await check({ clipModel: id, hubUrl: hub.url, dataDir })).toEqual([
      {
        name: 'Embedding model',
        ok: true,
        detail: `${id} is not here yet: the next start downloads ${megabytes} MB from ${new URL(hub.url).host}`,
      },
    ]);
    expect(hub.requests.filter((request) => !request.startsWith('HEAD'))).toEqual([]);
    expect(existsSync(path.join(dataDir, 'models'))).toBe(false);
  });

  it('tries one that was downloaded without asking the hub, and tells of a damaged one', async () => {
    const dataDir = temporaryFolder();
    const modelsFolder = path.join(dataDir, 'models');
    const folder = await downloadModel({ ...hastily, hubUrl: hub.url, id, modelsFolder });
    expect(await check({ clipModel: id, dataDir })).toMatchObject([
      { ok: true, detail: expect.stringMatching(tried(id)) },
    ]);
    const damaged = path.join(folder, 'tokenizer.json');
    writeFileSync(damaged, 'damaged');
    const size = ((files['tokenizer.json']?.length ?? 0) / 1e6).toFixed(1);
    expect(await check({ clipModel: id, dataDir, hubUrl: hub.url })).toMatchObject([
      { ok: true, detail: expect.stringContaining(`the next start downloads ${size} MB`) },
    ]);
    expect(existsSync(damaged)).toBe(true);
  });

  it('names the remedy for a model that is none, is not on the hub, or can not be fetched', async () => {
    expect(await check({ clipModel: 'nonsense' })).toEqual(fails(/^CLIP_MODEL nonsense is neither tiny, nor a folder/));
    expect(await check({ clipModel: 'someone/other', hubUrl: hub.url })).toEqual(
      fails(/refuses the model someone\/other: it does not exist[\s\S]*Correct CLIP_MODEL/),
    );
    expect(await check({ clipModel: id })).toEqual(fails(/can't be downloaded from 127\.0\.0\.1:9\. Check the conn/));
    expect(await check({ storedModel: `${defaultHubModel}@0123456789abcdef` })).toEqual(fails(/can't be downloaded/));
  });

  it('names the remedy for weights that are not those of the database, or do not run', async () => {
    const storedModel = await tinyName();
    expect(await check({ clipModel: 'tiny', storedModel })).toMatchObject([{ ok: true }]);
    expect(await check({ clipModel: id, storedModel })).toEqual(
      fails(/was built with the model tiny-clip[\s\S]*npm run reembed -- --model someone\/clip/),
    );
    const other = await copyOfTiny({ 'onnx/text_model.onnx': 'no network' });
    expect(await check({ clipModel: other, storedModel })).toEqual(fails(/CLIP_MODEL asks for .* \(folder@/));
    expect(await check({ clipModel: other })).toEqual(fails(/can't be run: its files are damaged/));
    const blind = await copyOfTiny({ 'onnx/vision_model.onnx': 'no network' });
    expect(await check({ clipModel: blind })).toEqual(fails(/can't be run: its files are damaged/));
  });

  it('leaves a new database its bundled model when the download has a fault', async () => {
    const incomplete = await startFakeHub({ id: defaultHubModel, files });
    incomplete.faults.push({ file: 'onnx/text_model_quantized.onnx', method: 'HEAD', act: { status: 404 } });
    const found = await check({ hubUrl: incomplete.url });
    await incomplete.close();
    expect(found).toEqual([
      {
        name: 'Embedding model',
        ok: true,
        isDoubtful: true,
        detail: expect.stringMatching(
          /has no onnx\/text_model_quantized\.onnx[\s\S]*the small bundled model; `npm run reembed` moves it to another later\.$/,
        ),
      },
    ]);
  });
});
