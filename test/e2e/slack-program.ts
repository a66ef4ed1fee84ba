import { rmSync } from 'node:fs';
import { createFakeSlack, type FakeSlack } from '../fakes/slack/fake-slack.ts';
import type { FakeChannel, FakeMessage, FakeUser } from '../fakes/slack/workspace.ts';
import { freePort, known, until } from '../slack/bot.ts';
import { actionsIn, picturesIn, textIn } from '../slack/seen.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

export const modes = ['Socket Mode', 'signed requests'] as const;

const signingSecret = 'f00df00df00df00d';

/** A workspace and the real program in it. */
export interface SlackProgram {
  slack: FakeSlack;
  program(): Program;
  /** Starts the program again, on the same data. */
  restart(): Promise<void>;
  /** A channel of its own, with one person in it. */
  newChannel(kind?: FakeChannel['kind']): { ada: FakeUser; channel: FakeChannel };
  close(): Promise<void>;
}

export async function openSlackProgram(
  mode: (typeof modes)[number],
  { minimal = false }: { minimal?: boolean } = {},
): Promise<SlackProgram> {
  const folder = await usedFolder();
  const port = await freePort();
  const http = mode === 'Socket Mode' ? undefined : { port, signingSecret };
  const slack = await createFakeSlack({ http, minimal });
  const way: Record<string, string> = http
    ? { SLACK_SIGNING_SECRET: signingSecret, SLACK_PORT: String(port) }
    : { SLACK_APP_TOKEN: slack.tokens.app };
  const environment = { SLACK_BOT_TOKEN: slack.tokens.bot, SLACK_API_URL: slack.apiUrl, ...way };

  async function start() {
    const started = await startProgram(folder, environment);
    await until(() => started.output().includes('connected to Slack'));
    return started;
  }

  let program = await start();
  return {
    slack,
    program: () => program,
    async restart() {
      program = await start();
    },
    newChannel(kind = 'public') {
      const ada = slack.workspace.addUser('ada');
      return { ada, channel: slack.workspace.addChannel('art', { kind, members: [ada.id] }) };
    },
    async close() {
      await program.end('SIGKILL');
      await slack.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function withPictures(messages: readonly FakeMessage[]): FakeMessage[] {
  return messages.filter((message) => picturesIn(message).length > 0);
}

/** No job is under way: its progress is gone. */
export function isQuiet(messages: readonly FakeMessage[]): boolean {
  return messages.every(({ text }) => !/^(▰|▱|⏳|Starting|Searching|Refining|Drawing)/.test(text));
}

export function actionOf(message: FakeMessage, name: string): string {
  return known(actionsIn(message).find(({ id }) => id.startsWith(`${name}:`))).id;
}

/** What a /prompt posts. */
export const everythingOnce = { neighbours: 1, refinements: 1, pictures: 1, errors: 0 };

export function countsOf(messages: readonly FakeMessage[]): typeof everythingOnce {
  const count = (wanted: (message: FakeMessage) => boolean) => messages.filter(wanted).length;
  return {
    neighbours: count(({ blocks }) => blocks.some((block) => block['accessory'])),
    refinements: count(({ blocks }) => textIn(blocks).includes('Refined by ')),
    pictures: count((message) => picturesIn(message).length > 0),
    errors: count(({ onlyFor }) => onlyFor !== undefined),
  };
}
