import { afterEach, describe, expect, it } from 'vitest';
import { downloadModel, isDownloaded } from '../../src/embedder/download.ts';
import { readWeights } from '../../src/embedder/weights.ts';
import { type FakeHub, type HubFault, startFakeHub } from '../fakes/hub.ts';
import { hastily, hubFiles, temporaryFolder, tinyFolder } from './weights-fixtures.ts';

const id = 'someone/some-clip';
const text = 'onnx/text_model_quantized.onnx';
const files = await hubFiles();

let hub: FakeHub;
afterEach(() => hub?.close());

async function withMirror(...faults: HubFault[]) {
  hub = await startFakeHub({ id, files, plain: true });
  hub.faults.push(...faults);
  const modelsFolder = temporaryFolder();
  const download = () => downloadModel({ ...hastily, hubUrl: `${hub.url}/`, id, modelsFolder });
  return { modelsFolder, download };
}

describe('a download from a mirror that serves files and no digests', () => {
  it('comes whole, and starts an interrupted file over', async () => {
    const { download } = await withMirror({ file: text, method: 'GET', act: { breakAfter: 800_000 } });
    expect((await readWeights(await download())).fingerprint).toBe((await readWeights(tinyFolder)).fingerprint);
    expect(hub.requests.filter((request) => request.startsWith(`GET ${text}`))).toEqual([`GET ${text}`, `GET ${text}`]);
  });

  it('keeps no nonsense that came in place of a file', async () => {
    const send = Buffer.alloc(files['config.json']?.length ?? 0, '<html>Please log in</html>');
    const { modelsFolder, download } = await withMirror({ file: 'config.json', method: 'GET', act: { send } });
    await expect(download()).rejects.toMatchObject({ code: 'model_unavailable' });
    expect(isDownloaded(modelsFolder, id)).toBe(false);
    await download();
    expect(isDownloaded(modelsFolder, id)).toBe(true);
  });
});
