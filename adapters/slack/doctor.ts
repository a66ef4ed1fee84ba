import { createServer } from 'node:net';
import type { Check } from '../../src/doctor.ts';
import type { Logger } from '../../src/log.ts';
import type { SlackConnection } from './adapter.ts';
import { neededScopesOf, slackCode } from './failures.ts';
import { type Identity, identify } from './identity.ts';
import { neededScopes } from './scopes.ts';
import { createSocketReceiver } from './socket-receiver.ts';

export interface SlackCheckOptions {
  botToken: string;
  connection: SlackConnection;
  apiUrl?: string | undefined;
  log: Logger;
}

/** Whether Slack takes the tokens, grants what the bot needs, and can reach it. */
export async function checkSlack({ botToken, connection, apiUrl, log }: SlackCheckOptions): Promise<Check[]> {
  const token = await checkBotToken({ token: botToken, apiUrl, log });
  const way =
    'appToken' in connection
      ? await checkSocket({ appToken: connection.appToken, apiUrl, log })
      : await checkPort(connection.port);
  return [...token, way];
}

async function checkBotToken(options: { token: string; apiUrl: string | undefined; log: Logger }): Promise<Check[]> {
  const name = 'Slack bot token';
  try {
    const identity = await identify(options);
    return [{ name, ok: true, detail: `valid, workspace ${identity.team}` }, checkScopes(identity)];
  } catch (error) {
    const remedy =
      'Copy SLACK_BOT_TOKEN (xoxb-…) from "OAuth & Permissions" of your app at https://api.slack.com/apps.';
    return [{ name, ok: false, detail: messageOf(error), remedy }];
  }
}

function checkScopes({ scopes }: Identity): Check {
  const name = 'Slack permissions';
  if (scopes.length === 0) return { name, ok: true, detail: 'the server does not tell them' };
  const missing = Object.entries(neededScopes).filter(([scope]) => !scopes.includes(scope));
  if (missing.length === 0) return { name, ok: true, detail: 'all granted' };
  const detail = `missing: ${missing.map(([scope, purpose]) => `${scope} (${purpose})`).join(', ')}`;
  const remedy = 'Add them under "OAuth & Permissions" of your app at https://api.slack.com/apps, and reinstall it.';
  return { name, ok: false, detail, remedy };
}

async function checkSocket(options: { appToken: string; apiUrl: string | undefined; log: Logger }): Promise<Check> {
  const name = 'Slack Socket Mode';
  const receiver = createSocketReceiver({ ...options, onDeadToken() {} });
  try {
    await receiver.start();
    await receiver.stop();
    return { name, ok: true, detail: 'the connection opens' };
  } catch (error) {
    const remedy =
      'Make SLACK_APP_TOKEN (xapp-…) with the scope connections:write under "Basic Information" of your app, and switch Socket Mode on.';
    return { name, ok: false, detail: messageOf(error), remedy };
  }
}

async function checkPort(port: number): Promise<Check> {
  const name = 'Slack request port';
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) =>
      resolve({
        name,
        ok: false,
        detail: `port ${port}: ${error.message}`,
        remedy: 'Stop what listens there (the bot itself?), or set another SLACK_PORT.',
      }),
    );
    server.listen(port, () =>
      server.close(() => resolve({ name, ok: true, detail: `port ${port} is free; Slack must reach it over https` })),
    );
  });
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const needed = neededScopesOf(cause);
  if (needed) return `Slack answered ${slackCode(cause)} (needed: ${needed})`;
  return error instanceof Error ? error.message : String(error);
}
