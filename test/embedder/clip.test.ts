import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { icons } from '@iconify-json/noto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClipEmbedder } from '../../src/embedder/clip.ts';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { readWeights } from '../../src/embedder/weights.ts';
import { batchScaledText, lastTokenText } from './graphs.ts';
import { cosine } from './inputs.ts';
import { copyOfTiny, temporaryFolder, tinyFolder } from './weights-fixtures.ts';

const opened: Embedder[] = [];
afterAll(() => Promise.all(opened.map((embedder) => embedder.close())));

async function openFolder(folder: string): Promise<Embedder> {
  const embedder = await createClipEmbedder({ model: 'tested', weights: await readWeights(folder) });
  opened.push(embedder);
  return embedder;
}

describe('the bundled model in its worker', () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await openFolder(tinyFolder);
  });

  it('leaves the event loop free while a batch of 256 texts is embedded', async () => {
    const texts = Array.from({ length: 256 }, (_, index) =>
      `${index} a red apple on a table, highly detailed, `.repeat(8),
    );
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const before = performance.eventLoopUtilization();
    await embedder.embedTexts(texts);
    const { utilization } = performance.eventLoopUtilization(before);
    delay.disable();
    expect(delay.percentile(99) / 1e6).toBeLessThan(50);
    expect(utilization).toBeLessThan(0.5);
  });

  it('finds the picture for a text and the text for a picture', async () => {
    const names = { 'cat-face': 'a cat', rocket: 'a rocket', house: 'a house' };
    const pictures = await embedder.embedImages(await Promise.all(Object.keys(names).map(drawIcon)));
    const texts = await embedder.embedTexts(Object.values(names));
    for (const [index, text] of texts.entries()) {
      const cosines = pictures.map((picture) => cosine(text, picture));
      expect(cosines.indexOf(Math.max(...cosines))).toBe(index);
    }
  });

  it('ends what waits when it is closed, and refuses more', async () => {
    const closing = await openFolder(tinyFolder);
    const pending = closing.embedTexts(Array.from({ length: 500 }, (_, index) => `text ${index}`));
    const refused = expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    await closing.close();
    await refused;
    await expect(closing.embedTexts(['more'])).rejects.toMatchObject({ code: 'cancelled' });
    await closing.close();
  });
});

async function drawIcon(name: string): Promise<Buffer> {
  const body = icons.icons[name]?.body ?? '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 128 128" width="256" height="256">${body}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

it('runs from any working directory, and an idle worker lets the program end', async () => {
  const folder = temporaryFolder();
  const script = path.join(folder, 'embed.mts');
  const sources = path.resolve(import.meta.dirname, '../../src/embedder');
  await writeFile(
    script,
    `import { createClipEmbedder } from '${sources}/clip.ts';
     import { readWeights } from '${sources}/weights.ts';
     const embedder = await createClipEmbedder({ model: 'x', weights: await readWeights('${tinyFolder}') });
     console.log((await embedder.embedTexts(['a cat']))[0]?.length);`,
  );
  const run = promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), script], { cwd: folder });
  expect((await run).stdout.trim()).toBe('512');
});

it('takes a folder of any name', async () => {
  const folder = path.join(temporaryFolder(), 'mödel #2 --x@y');
  await cp(tinyFolder, folder, { recursive: true });
  const [vector] = await (await openFolder(folder)).embedTexts(['cat']);
  const [expected] = await (await openFolder(tinyFolder)).embedTexts(['cat']);
  expect(vector).toEqual(expected);
});

describe('a graph that quantises its activations by the batch', () => {
  it('gives a text one vector, whatever else is in the batch', async () => {
    const embedder = await openFolder(
      await copyOfTiny({ 'onnx/text_model.onnx': batchScaledText('text_embeds', 512) }),
    );
    const texts = ['cat', 'dog', 'red', 'sun', 'sea', 'sky', 'car', 'owl'];
    const together = await embedder.embedTexts(texts);
    for (const [index, text] of texts.entries()) {
      const [alone] = await embedder.embedTexts([text]);
      expect(cosine(together[index], alone)).toBeGreaterThan(0.9999);
    }
  });
});

describe('a text that is cut', () => {
  it('keeps its end mark, where CLIP reads its vector', async () => {
    const embedder = await openFolder(await copyOfTiny({ 'onnx/text_model.onnx': lastTokenText() }));
    const [short, long, empty] = await embedder.embedTexts(['cat', 'cat '.repeat(200), '']);
    expect(cosine(short, empty)).toBeGreaterThan(0.9999);
    expect(cosine(long, empty)).toBeGreaterThan(0.9999);
  });
});

describe('weights that do not fit', () => {
  it.each([
    ['no file of its own', { 'onnx/text_model.onnx': 'these are no weights' }, /damaged|not a CLIP/],
    [
      'another width than config.json says',
      { 'onnx/text_model.onnx': batchScaledText('text_embeds', 256) },
      /\[1, 256\].*\[1, 512\]/,
    ],
    [
      'vectors without a direction',
      { 'onnx/text_model.onnx': batchScaledText('text_embeds', 512, 0) },
      /without a direction/,
    ],
    ['another width than the database', { 'config.json': configWith({ projection_dim: 768 }) }, /768 wide.*512/],
    [
      'another kind of model',
      { 'config.json': configWith({ model_type: 'siglip' }) },
      /config\.json does not describe a CLIP/,
    ],
    ['a config that is no JSON', { 'config.json': '{' }, /config\.json does not describe a CLIP/],
  ])('fail at start with their reason: %s', async (_, replaced, reason) => {
    const opening = copyOfTiny(replaced).then(openFolder);
    await expect(opening).rejects.toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(reason) });
  });

  it('are named when a file is missing', async () => {
    await expect(readWeights(temporaryFolder())).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining('has no config.json'),
    });
  });

  it('have another fingerprint than others, and the same one in another folder', async () => {
    const tiny = await readWeights(tinyFolder);
    const moved = await readWeights(await copyOfTiny());
    const other = await readWeights(await copyOfTiny({ 'onnx/text_model.onnx': batchScaledText('text_embeds', 512) }));
    expect(moved.fingerprint).toBe(tiny.fingerprint);
    expect(other.fingerprint).not.toBe(tiny.fingerprint);
    expect([tiny.textOneByOne, other.textOneByOne]).toEqual([false, true]);
  });
});

function configWith(changes: Record<string, unknown>): string {
  const config = JSON.parse(readFileSync(path.join(tinyFolder, 'config.json'), 'utf8'));
  return JSON.stringify({ ...config, ...changes });
}
