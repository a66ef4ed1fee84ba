import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig, settingNames } from '../../src/config.ts';
import { packageRoot } from '../../src/paths.ts';

describe('settings', () => {
  it('has safe defaults for an empty environment', () => {
    expect(parseConfig({})).toMatchObject({
      dataDir: './data',
      web: { host: '127.0.0.1', port: 3000, token: undefined },
      openai: undefined,
      clickhouseUrl: undefined,
      secrets: [],
    });
  });

  it('takes an empty value for unset', () => {
    expect(parseConfig({ PORT: '', OPENAI_API_KEY: '  ' })).toMatchObject({ web: { port: 3000 }, openai: undefined });
  });

  it('moderates where the language model is, unless moderation has a key of its own', () => {
    const local = { OPENAI_API_KEY: 'local', OPENAI_BASE_URL: 'http://localhost:11434/v1', OPENAI_MODERATION: 'all' };
    expect(parseConfig(local).moderation.service).toMatchObject({
      ...{ apiKey: 'local', baseUrl: 'http://localhost:11434/v1' },
      remedies: { address: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY' },
    });
    const own = { ...local, OPENAI_MODERATION_API_KEY: 'sk-moderation' };
    expect(parseConfig(own)).toMatchObject({
      moderation: { service: { apiKey: 'sk-moderation', baseUrl: undefined } },
      secrets: expect.arrayContaining(['sk-moderation']),
    });
    const other = { ...own, OPENAI_MODERATION_BASE_URL: 'http://guard:8000/v1' };
    expect(parseConfig(other).moderation.service).toMatchObject({
      ...{ apiKey: 'sk-moderation', baseUrl: 'http://guard:8000/v1' },
      remedies: { address: 'OPENAI_MODERATION_BASE_URL', key: 'OPENAI_MODERATION_API_KEY' },
    });
    const alone = { OPENAI_MODERATION: 'prompt', OPENAI_MODERATION_API_KEY: 'sk-moderation' };
    expect(parseConfig(alone)).toMatchObject({
      openai: undefined,
      moderation: { service: { apiKey: 'sk-moderation', pictures: false } },
    });
  });

  it('lists every fault at once, each with its remedy', () => {
    const fault = faultOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      CLICKHOUSE_URL: 'db.local',
      HOST: '0.0.0.0',
      OPENAI_MODEL: 'gpt-4.1',
    });
    expect(fault).toMatch(/5 faults/);
    expect(fault).toMatch(/PORT must be 0 to 65535/);
    expect(fault).toMatch(/LOG_LEVEL must be trace, debug/);
    expect(fault).toMatch(/CLICKHOUSE_URL must be a web address such as/);
    expect(fault).toMatch(/HOST 0\.0\.0\.0 .* needs WEB_TOKEN too: set one, or remove HOST/);
    expect(fault).toMatch(/OPENAI_MODEL is set without OPENAI_API_KEY: set OPENAI_API_KEY too/);
  });

  it('lists what is wrong with the files that settings name among the other faults', () => {
    const words = path.join(mkdtempSync(path.join(tmpdir(), 'promptory-words-')), 'words.txt');
    writeFileSync(words, 'fine\n/(/\n/x/g\n');
    const given = { PORT: 'many', IMAGE_BACKENDS: 'comfyui http://gpu:1', COMFYUI_WORKFLOW: words };
    const fault = faultOf({ ...given, BLOCKED_WORDS_FILE: words, COMFYUI_SOURCE_WORKFLOW: '/nowhere' });
    expect(fault).toMatch(/4 faults/);
    expect(fault).toMatch(/PORT must be a number/);
    expect(fault).toMatch(/BLOCKED_WORDS_FILE .*words.txt has faults:\n +- line 2: .*\n +- line 3: /);
    expect(fault).toMatch(/COMFYUI_WORKFLOW .*words.txt.* is no JSON/);
    expect(fault).toMatch(/COMFYUI_SOURCE_WORKFLOW .*nowhere.* can't be read/);
    expect(faultOf({ BLOCKED_WORDS_FILE: '/nowhere' })).toMatch(
      /a fault:\n {2}- BLOCKED_WORDS_FILE \/nowhere can't be/,
    );
  });

  it('asks about a misspelt name beside the fault that it may be the cause of', () => {
    expect(faultOf({ SLACK_APP_TOKEN: 'xapp-1', SLACK_BOT_TOKN: 'xoxb-1' })).toMatch(
      /SLACK_APP_TOKEN is set without SLACK_BOT_TOKEN.*\nSLACK_BOT_TOKN is not a setting; did you mean SLACK_BOT_TOKEN\?/,
    );
  });

  it.each([
    [
      'an address without its key',
      { OPENAI_BASE_URL: 'http://localhost:11434/v1' },
      /OPENAI_BASE_URL is set without OPENAI_API_KEY/,
    ],
    ['a vector index without its server', { VECTOR_INDEX: 'MSTG' }, /VECTOR_INDEX is set without CLICKHOUSE_URL/],
    ['a server without its token', { DISCORD_GUILD_ID: '1' }, /DISCORD_GUILD_ID is set without DISCORD_TOKEN/],
    ['a bot token alone', { SLACK_BOT_TOKEN: 'xoxb-1' }, /SLACK_BOT_TOKEN needs SLACK_APP_TOKEN/],
    [
      'moderation without a key',
      { OPENAI_MODERATION: 'all' },
      /OPENAI_MODERATION is set without a key: set OPENAI_MODERATION_API_KEY or OPENAI_API_KEY/,
    ],
    [
      'a place to moderate without its key',
      { OPENAI_MODERATION: 'all', OPENAI_API_KEY: 'sk-1', OPENAI_MODERATION_BASE_URL: 'http://localhost:1/v1' },
      /OPENAI_MODERATION_BASE_URL is set without OPENAI_MODERATION_API_KEY/,
    ],
    ['a key to moderate alone', { OPENAI_MODERATION_API_KEY: 'sk-1' }, /without OPENAI_MODERATION: set that to prompt/],
    [
      'a rule for its outages alone',
      { OPENAI_MODERATION_DOWN: 'pass' },
      /without OPENAI_MODERATION: set that to prompt/,
    ],
    [
      'adult channels without Slack',
      { SLACK_NSFW_CHANNELS: 'C1' },
      /SLACK_NSFW_CHANNELS is set without SLACK_BOT_TOKEN/,
    ],
    ['adult places for a bot without', { NSFW_POLICY: 'never', WEB_NSFW: 'true' }, /WEB_NSFW means nothing with/],
    ['an app token alone', { SLACK_APP_TOKEN: 'xapp-1' }, /SLACK_APP_TOKEN is set without SLACK_BOT_TOKEN/],
    ['signed requests without a port', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }, /needs SLACK_PORT/],
    [
      'two ways at once',
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: 's' },
      /both set/,
    ],
  ])('refuses a half-set group: %s', (_, environment, expected) => {
    expect(faultOf(environment)).toMatch(expected);
  });

  it('reads Slack in either of its two ways', () => {
    expect(parseConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }).slack?.connection).toEqual({
      appToken: 'xapp-1',
    });
    const signed = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', SLACK_PORT: '3001' };
    expect(parseConfig(signed).slack?.connection).toEqual({ signingSecret: 's', port: 3001 });
  });

  it('knows its secrets, the database password among them', () => {
    const { secrets } = parseConfig({
      WEB_TOKEN: 'a-long-enough-token',
      OPENAI_API_KEY: 'sk-secret',
      CLICKHOUSE_URL: 'http://me:pass%20word@localhost:8123/db',
    });
    expect(secrets).toEqual(['a-long-enough-token', 'sk-secret', 'pass%20word', 'pass word']);
  });

  it('never repeats a secret in a fault', () => {
    expect(faultOf({ WEB_TOKEN: 'short-secret' })).not.toContain('short-secret');
  });

  it('is described completely in .env.example, each setting under a comment', () => {
    const lines = readFileSync(path.join(packageRoot, '.env.example'), 'utf8').split('\n');
    const described = lines.flatMap((line, index) => {
      const name = /^#?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1];
      return name && lines.slice(0, index).at(-1)?.startsWith('# ') ? [name] : [];
    });
    expect(described.sort()).toEqual([...settingNames].sort());
  });
});

function faultOf(environment: Record<string, string>): string {
  try {
    parseConfig(environment);
  } catch (error) {
    return String(error);
  }
  throw new Error('the settings were accepted');
}
