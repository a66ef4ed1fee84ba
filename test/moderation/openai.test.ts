import { LLMock } from '@copilotkit/aimock';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenAiModerator } from '../../src/moderation/openai.ts';
import { logged } from '../contract/generator-faults.ts';
import { type FakeOpenAi, type Reply, startFakeOpenAi } from '../fakes/openai.ts';

let server: FakeOpenAi;
beforeEach(async () => {
  server = await startFakeOpenAi();
});
afterEach(() => server.close());

const lines: string[] = [];
const log = pino({ level: 'debug' }, { write: (line) => lines.push(line) });

function moderator(
  options: { pictures?: boolean; passesWhenDown?: boolean; timeoutMs?: number; baseUrl?: string } = {},
) {
  const { pictures = true, passesWhenDown = false } = options;
  return createOpenAiModerator({
    apiKey: 'sk-test',
    baseUrl: server.baseUrl,
    log,
    remedies: { address: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY' },
    ...options,
    pictures,
    passesWhenDown,
  });
}

const picture = (background: string) =>
  sharp({ create: { width: 1200, height: 900, channels: 4, background } })
    .png()
    .toBuffer();

describe("OpenAI's moderation", () => {
  it('is asked with its model, and finds nothing in harmless words', async () => {
    expect(await moderator().judgeTexts(['a cat', 'a cat, watercolor'])).toEqual({});
    expect(server.requests[0]).toMatchObject({
      path: '/v1/moderations',
      authorization: 'Bearer sk-test',
      body: { model: 'omni-moderation-latest', input: [{ type: 'text', text: 'a cat\na cat, watercolor' }] },
    });
  });

  it.each([
    [['violence'], { refused: 'violence' }],
    [['sexual'], { adult: 'sexual' }],
    [['sexual', 'sexual/minors'], { refused: 'sexual/minors', adult: 'sexual' }],
    [['hate', 'harassment'], { refused: 'harassment, hate' }],
  ])('%j refuse or mark by their names', async (categories, expected: { refused?: string; adult?: string }) => {
    server.flag(/fiend/, ...categories);
    const { refused, adult } = await moderator().judgeTexts(['a fiend']);
    expect([refused?.name, adult?.name]).toEqual(
      [expected.refused, expected.adult].map((name) => name && `openai: ${name}`),
    );
    for (const rule of [refused, adult])
      if (rule) expect(rule.reason).toMatch(/^OpenAI's moderation finds .* in the words$/);
  });

  it('refuses a flag without a category it names', async () => {
    server.scriptModeration({ kind: 'raw', body: '{"results":[{"flagged":true,"categories":{"new":null}}]}' });
    expect((await moderator().judgeTexts(['x'])).refused?.name).toBe('openai: no named category');
  });

  it('sees pictures small, one a request, and answers in their order', async () => {
    const pictures = [await picture('#ff0000'), await picture('#00ff00')];
    const before = await moderator().judgePictures?.(pictures.slice(1));
    expect(before).toEqual([{}]);
    const [address = ''] = server.judged;
    const sent = await sharp(Buffer.from(address.split(',')[1] ?? '', 'base64')).metadata();
    expect([sent.format, sent.width, sent.height]).toEqual(['jpeg', 768, 576]);
    server.flag(new RegExp(address.replaceAll(/[+/]/g, '\\$&')), 'violence/graphic');
    const verdicts = await moderator().judgePictures?.(pictures);
    expect(verdicts?.map(({ refused }) => refused?.reason)).toEqual([
      undefined,
      "OpenAI's moderation finds violence/graphic in the picture",
    ]);
  });

  it('does not look at pictures where that is not asked for', () => {
    expect(moderator({ pictures: false }).judgePictures).toBeUndefined();
  });
});

describe('when it can not judge', () => {
  // Servers repeat in their errors what was asked.
  const echo = { message: 'bad key sk-test for a secret prompt', code: 'a secret prompt' };
  const refusing = (status: number): Reply => ({ kind: 'status', status, error: echo });
  const faults = [
    ['it fails', { kind: 'status', status: 500, headers: { 'retry-after-ms': '1' }, error: echo }, 3],
    ['the answer breaks off', { kind: 'cut', body: '{"results":' }, 1],
    ['it never answers', { kind: 'hang' }, 3],
    ['it wants an hour of patience', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, 3],
  ] as const;

  it.each(faults)('nothing passes: %s', async (_, reply, times) => {
    server.scriptModeration(...Array.from({ length: times }, () => reply));
    const failure = await moderator({ timeoutMs: 1500 })
      .judgeTexts(['a secret prompt'])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'moderation_unavailable',
      message: expect.stringMatching(/Try again/),
      forOperator: expect.stringMatching(/OPENAI_MODERATION_DOWN=pass/),
    });
    expect(failure).toMatchObject({ message: expect.not.stringMatching(/OPENAI_/) });
    expect(lines.join('') + logged(failure)).not.toMatch(/secret prompt|sk-test/);
  });

  it.each(faults)('all passes where the operator wants that: %s', async (_, reply, times) => {
    server.scriptModeration(...Array.from({ length: times }, () => reply));
    expect(await moderator({ timeoutMs: 1500, passesWhenDown: true }).judgeTexts(['x'])).toEqual({});
    expect(lines.at(-1)).toContain('"passed":true');
  });

  it.each([
    [
      'has no moderation',
      refusing(404),
      /The server of OPENAI_BASE_URL has no moderation: .*OPENAI_MODERATION_API_KEY alone/,
    ],
    ['minds the request', refusing(400), /The server of OPENAI_BASE_URL minds the request \(status 400\)/],
    ['answers something else', { kind: 'raw', body: '{"results":[]}' }, /has no moderation/],
    ['refuses the key', refusing(401), /refused the login: check OPENAI_API_KEY/],
  ] as const)(
    'never passes in silence where the server %s, whatever the operator wants',
    async (_, reply: Reply, remedy) => {
      server.scriptModeration(reply);
      const failure = await moderator({ passesWhenDown: true })
        .judgeTexts(['a secret prompt'])
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'moderation_unavailable',
        message:
          "The moderation can't be asked now, and nothing is made unchecked; the bot's operator can see why in the log.",
        forOperator: expect.stringMatching(remedy),
      });
      expect(lines.at(-1)).toContain('"passed":false');
      expect(lines.join('') + logged(failure)).not.toMatch(/secret prompt|sk-test/);
    },
  );

  it('stops at once when the job is cancelled, whatever the operator wants', async () => {
    server.scriptModeration({ kind: 'hang' });
    const stopping = new AbortController();
    const asked = moderator({ passesWhenDown: true }).judgeTexts(['x'], { signal: stopping.signal });
    stopping.abort();
    await expect(asked).rejects.toThrow(/abort/i);
  });
});

describe('against an independent fake', () => {
  let mock: LLMock;
  beforeEach(async () => {
    mock = await LLMock.create({ port: 0 });
  });
  afterEach(() => mock.stop());

  it('understands what is flagged and what is not', async () => {
    mock.onModerate(/fiend/, { flagged: true, categories: { violence: true, sexual: false } });
    const asked = moderator({ baseUrl: `${mock.url}/v1` });
    expect((await asked.judgeTexts(['a fiend'])).refused?.name).toBe('openai: violence');
    expect(await asked.judgeTexts(['a kitten'])).toEqual({});
    expect(await asked.judgePictures?.([await picture('#0000ff')])).toEqual([{}]);
  });
});
