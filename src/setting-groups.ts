type Given = Readonly<Record<string, string | undefined>>;

const loopback = new Set(['127.0.0.1', 'localhost', '::1']);

/** Settings that mean nothing without another, by that other. */
const dependents: Readonly<Record<string, readonly string[]>> = {
  CLICKHOUSE_URL: ['VECTOR_INDEX'],
  OPENAI_API_KEY: ['OPENAI_MODEL', 'OPENAI_BASE_URL'],
  DISCORD_TOKEN: ['DISCORD_GUILD_ID', 'DISCORD_API_URL', 'DISCORD_SHARDS'],
  S3_BUCKET: ['S3_ENDPOINT', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'S3_PREFIX'],
  S3_ACCESS_KEY_ID: ['S3_SECRET_ACCESS_KEY'],
  S3_SECRET_ACCESS_KEY: ['S3_ACCESS_KEY_ID'],
  SLACK_BOT_TOKEN: ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_PORT', 'SLACK_API_URL', 'SLACK_NSFW_CHANNELS'],
};

/** What is wrong with settings taken together: half-set groups and unsafe combinations, each with its remedy. */
export function groupFaults(given: Given): string[] {
  return [...pageFaults(given), ...dependentFaults(given)];
}

function pageFaults({ HOST, WEB_TOKEN }: Given): string[] {
  if (!HOST || loopback.has(HOST) || WEB_TOKEN) return [];
  return [
    `HOST ${HOST} opens the page to others, so it needs WEB_TOKEN too: set one, or remove HOST to stay on this machine`,
  ];
}

function dependentFaults(given: Given): string[] {
  return Object.entries(dependents).flatMap(([needed, names]) =>
    names
      .filter((name) => given[name] && !given[needed])
      .map((name) => `${name} is set without ${needed}: set ${needed} too${hintFor(needed)}, or remove ${name}`),
  );
}

function hintFor(needed: string): string {
  return needed === 'OPENAI_API_KEY' ? ' (any text for a local server)' : '';
}
