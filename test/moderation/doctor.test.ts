import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { checkModeration } from '../../src/moderation/doctor.ts';
import { startFakeOpenAi } from '../fakes/openai.ts';

const file = path.join(mkdtempSync(path.join(tmpdir(), 'doctor-words-')), 'words.txt');

test('says how many entries the list has, and that the service answers', async () => {
  const server = await startFakeOpenAi();
  onTestFinished(() => server.close());
  writeFileSync(file, 'one\ntwo\n');
  const config = parseConfig({
    BLOCKED_WORDS_FILE: file,
    OPENAI_MODERATION: 'prompt',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: server.baseUrl,
  });
  expect(await checkModeration(config)).toEqual([
    { name: 'Blocked words', ok: true, detail: `2 entries in ${file}` },
    { name: "OpenAI's moderation", ok: true, detail: 'omni-moderation-latest answers' },
  ]);
  server.scriptModeration({ kind: 'status', status: 404 });
  expect((await checkModeration(config))[1]).toMatchObject({
    ok: false,
    detail: expect.stringContaining('has no moderation: name another one in OPENAI_MODERATION_BASE_URL'),
  });
});

test('asks where moderation has a place of its own', async () => {
  const server = await startFakeOpenAi();
  onTestFinished(() => server.close());
  const config = parseConfig({
    ...{ OPENAI_API_KEY: 'local', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    ...{ OPENAI_MODERATION: 'all', OPENAI_MODERATION_API_KEY: 'sk-own', OPENAI_MODERATION_BASE_URL: server.baseUrl },
  });
  expect(await checkModeration(config)).toMatchObject([{ name: "OpenAI's moderation", ok: true }]);
  expect(server.requests).toMatchObject([{ path: '/v1/moderations', authorization: 'Bearer sk-own' }]);
});

test('says nothing where nothing is set', async () => {
  expect(await checkModeration(parseConfig({}))).toEqual([]);
});
