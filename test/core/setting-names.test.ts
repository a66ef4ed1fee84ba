import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig, settingNames } from '../../src/config.ts';
import { misspeltSettings } from '../../src/setting-names.ts';

const inEnvironment = (...set: string[]) => misspeltSettings({ written: [], set }, settingNames);
const inFile = (...written: string[]) => misspeltSettings({ written, set: written }, settingNames);

test.each([
  ['DISCORD_TOKN', 'DISCORD_TOKEN'],
  ['OPENAI_APIKEY', 'OPENAI_API_KEY'],
  ['IMAGE_BACKNEDS', 'IMAGE_BACKENDS'],
  ['CLICKHOUSE_URI', 'CLICKHOUSE_URL'],
  ['DISCORD_BOT_TOKEN', 'DISCORD_TOKEN'],
  ['S3_SECRET_KEY', 'S3_SECRET_ACCESS_KEY'],
  ['SLACK_SIGNING_SECRETS', 'SLACK_SIGNING_SECRET'],
  ['discord_token', 'DISCORD_TOKEN'],
])('%s is asked about, wherever it stands', (name, meant) => {
  const question = `${name} is not a setting; did you mean ${meant}?`;
  expect([inEnvironment(name), inFile(name)]).toEqual([[question], [question]]);
  expect(parseConfig({ [name]: 'x' }).warnings).toEqual([question]);
});

test('what is in the file is all meant, but for what libraries read', () => {
  expect(inFile('PROT', 'FAVOURITE_COLOUR', 'DISCORD_TOKEN', 'AWS_PROFILE', 'HTTPS_PROXY', 'OPENAI_ORG_ID')).toEqual([
    'PROT is not a setting; did you mean PORT?',
    'FAVOURITE_COLOUR in .env is not a setting; .env.example lists them all.',
  ]);
});

test('ordinary environments give no alarm', () => {
  const ordinary = `PATH HOME HOSTNAME HOST PORT POST SHELL USER LOGNAME PWD OLDPWD LANG LC_ALL TERM TZ EDITOR DISPLAY
    XDG_DATA_DIRS XDG_CONFIG_DIRS XDG_RUNTIME_DIR SSH_AUTH_SOCK DBUS_SESSION_BUS_ADDRESS CI DEBUG NODE_ENV NODE_OPTIONS
    NODE_PATH npm_config_cache npm_package_name npm_lifecycle_event HTTP_PROXY https_proxy NO_PROXY
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION AWS_PROFILE AWS_S3_BUCKET REDIS_HOST REDIS_PORT REDIS_PASSWORD
    REDIS_SERVICE_HOST REDIS_PORT_6379_TCP CLICKHOUSE_USER CLICKHOUSE_PASSWORD CLICKHOUSE_DB OPENAI_ORG_ID OPENAI_PROJECT_ID
    OPENAI_LOG HF_HOME HF_TOKEN SLACK_WEBHOOK_URL SLACK_CHANNEL DISCORD_WEBHOOK_URL DISCORD_CLIENT_ID IMAGE_NAME IMAGE_TAG
    KUBERNETES_SERVICE_HOST KUBERNETES_PORT GITHUB_TOKEN GITLAB_TOKEN DATABASE_URL LOG_FORMAT LOG_FILE LOG_LEVEL_ROOT
    DATA_PATH MAIL_HOST WEB_CONCURRENCY VITEST_POOL_ID JAVA_HOME CONDA_PREFIX VIRTUAL_ENV CUDA_VISIBLE_DEVICES`;
  expect(inEnvironment(...ordinary.split(/\s+/))).toEqual([]);
  expect(parseConfig(process.env).warnings).toEqual([]);
});

test('a setting is never asked about, and one slip in a long name always is', () => {
  expect(inFile(...settingNames)).toEqual([]);
  const long = settingNames.filter((name) => name.length > 8);
  fc.assert(
    fc.property(fc.constantFrom(...long), fc.nat(7), (name, at) => {
      const slipped = name.slice(0, at) + name.slice(at + 1);
      expect(inEnvironment(slipped)[0]).toContain(`${slipped} is not a setting; did you mean `);
    }),
  );
});
