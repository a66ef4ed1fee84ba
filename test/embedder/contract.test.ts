import { afterAll } from 'vitest';
import { cacheEmbeddings } from '../../src/embedder/cache.ts';
import { defaultHubModel } from '../../src/embedder/model-name.ts';
import { type OpenEmbedderOptions, openEmbedder } from '../../src/embedder/open.ts';
import { openState } from '../../src/state.ts';
import { describeEmbedder } from '../contract/embedder.ts';
import { startFakeHub } from '../fakes/hub.ts';
import { copyOfTiny, hubFiles, silentLog, temporaryFolder } from './weights-fixtures.ts';

const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function open(options: Partial<OpenEmbedderOptions>) {
  const { embedder } = await openEmbedder({
    clipModel: undefined,
    storedModel: undefined,
    hubUrl: 'http://127.0.0.1:9',
    dataDir: temporaryFolder(),
    log: silentLog,
    ...options,
  });
  return embedder;
}

describeEmbedder('the bundled model', () => open({ clipModel: 'tiny' }));

describeEmbedder('a model in a folder', async () => open({ clipModel: await copyOfTiny() }));

describeEmbedder('a model from the hub', async () => {
  const hub = await startFakeHub({ id: defaultHubModel, files: await hubFiles() });
  closing.push(hub.close);
  return open({ hubUrl: hub.url });
});

describeEmbedder('the embedding cache', async () => {
  const state = openState(temporaryFolder());
  closing.push(state.close);
  return cacheEmbeddings(await open({ clipModel: 'tiny' }), state.table('embeddings'));
});
