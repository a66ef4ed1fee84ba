import { rmSync } from 'node:fs';
import path from 'node:path';
import { App, LogLevel } from '@slack/bolt';
import { createSlackAdapter } from '../adapters/slack/adapter.ts';
import { commands } from '../commands/index.ts';
import type { Adapter, Invocation } from '../src/chat.ts';
import { createDiskImageFiles } from '../src/images/disk.ts';
import { createLog } from '../src/log.ts';
import { createQueue } from '../src/queue/lmdb.ts';
import { openState } from '../src/state.ts';
import { newFolder, startProgram } from '../test/e2e/program.ts';
import type { Delivery } from '../test/fakes/slack/delivery.ts';
import { createFakeSlack, type FakeSlack } from '../test/fakes/slack/fake-slack.ts';
import type { FakeChannel } from '../test/fakes/slack/workspace.ts';

const burst = 50;
const sustained = 400;

/** Slack's three seconds: how much of them a burst takes; and what the adapter costs against a program that only acknowledges and posts. */
export async function benchSlack(): Promise<Record<string, string | number>> {
  const acks = await acksOfBurst();
  const ours = await commandsPerSecond(startAdapter);
  const bare = await commandsPerSecond(startBareBolt);
  return {
    [`envelope to ack, ms (p50, ${burst} commands at once, real program)`]: quantile(acks, 0.5),
    [`envelope to ack, ms (p99, ${burst} commands at once, real program)`]: quantile(acks, 0.99),
    'commands a second, accepted durably and answered in a thread': Math.round(ours),
    'commands a second, bare bolt program': Math.round(bare),
    'ratio to bare bolt': Number((ours / bare).toFixed(2)),
  };
}

async function acksOfBurst(): Promise<number[]> {
  const { slack, channel, ask } = await openWorkspace();
  const folder = newFolder();
  const program = await startProgram(folder, {
    SLACK_BOT_TOKEN: slack.tokens.bot,
    SLACK_APP_TOKEN: slack.tokens.app,
    SLACK_API_URL: slack.apiUrl,
  });
  await slack.socket.connected();
  // The model and the database are warm after a first command.
  await ask('a cat');
  while (slack.posts(channel).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  const deliveries = await Promise.all(Array.from({ length: burst }, (_, index) => ask(`a cat, number ${index}`)));
  await program.end('SIGKILL');
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
  return deliveries.map(({ acked, milliseconds }) => (acked ? milliseconds : Number.POSITIVE_INFINITY));
}

type Start = (slack: FakeSlack) => Promise<() => Promise<void>>;

/** Commands sent 50 at a time, until the last one has its answer in its thread. */
async function commandsPerSecond(start: Start): Promise<number> {
  const { slack, channel, ask } = await openWorkspace();
  const stop = await start(slack);
  await Promise.all(Array.from({ length: burst }, () => ask('warm up')));
  const answersBefore = burst * 2;
  while (slack.posts(channel).length < answersBefore) await new Promise((resolve) => setTimeout(resolve, 5));
  const began = performance.now();
  for (let sent = 0; sent < sustained; sent += burst) {
    await Promise.all(Array.from({ length: burst }, (_, index) => ask(`a cat, number ${sent + index}`)));
  }
  while (slack.posts(channel).length < answersBefore + sustained * 2)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - began) / 1000;
  await stop();
  await slack.close();
  return sustained / seconds;
}

async function openWorkspace() {
  const slack = await createFakeSlack();
  const ada = slack.workspace.addUser('ada');
  const channel: FakeChannel = slack.workspace.addChannel('art', { members: [ada.id] });
  const ask = (text: string): Promise<Delivery> => slack.people.command(ada, channel, '/prompt', text);
  return { slack, channel, ask };
}

/** The adapter with the real durable queue, and a job that only answers. */
const startAdapter: Start = async (slack) => {
  const folder = newFolder();
  const log = createLog('error');
  const state = openState(path.join(folder, 'state'));
  const queue = createQueue<Invocation>(state, {
    bounds: { total: 10_000, perScope: 10_000, perOwner: 10_000 },
    width: { quick: 4, image: burst },
    log,
  });
  const adapter: Adapter = createSlackAdapter({
    botToken: slack.tokens.bot,
    connection: { appToken: slack.tokens.app },
    apiUrl: slack.apiUrl,
    state,
    images: createDiskImageFiles(path.join(folder, 'images')),
    maxImageBytes: 1e7,
    stopGraceMs: 1000,
    log,
    onFatal: (error) => log.error(error.message),
  });
  queue.start({
    async work({ id, payload }) {
      await adapter.thread(payload.thread).post({ text: 'a cat', actions: [] }, { key: `${id}/answer` });
    },
  });
  await adapter.start({
    commands,
    reactions: [],
    suggest: async () => [],
    async accept(invocation) {
      const { ahead } = await queue.submit({
        id: invocation.id,
        lane: 'image',
        owner: invocation.person.id,
        scope: invocation.scope,
        pictures: 1,
        exempt: true,
        portable: false,
        payload: invocation,
      });
      return { jobId: invocation.id, ahead };
    },
  });
  return async () => {
    await adapter.stop();
    await queue.stop({ graceMs: 1000 });
    await state.close();
    rmSync(folder, { recursive: true, force: true });
  };
};

const startBareBolt: Start = async ({ tokens, apiUrl }) => {
  const app = new App({
    token: tokens.bot,
    appToken: tokens.app,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: apiUrl },
  });
  app.command('/prompt', async ({ command, ack, client }) => {
    await ack();
    const channel = command.channel_id;
    const { ts } = await client.chat.postMessage({ channel, text: command.text });
    await client.chat.postMessage({ channel, text: 'a cat', ...(ts ? { thread_ts: ts } : {}) });
  });
  await app.start();
  return async () => {
    await app.stop();
  };
};

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN);
}
