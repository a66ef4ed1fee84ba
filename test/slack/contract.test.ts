import { afterAll } from 'vitest';
import { adapterContract } from '../contract/adapter.ts';
import type { FakeSlackOptions } from '../fakes/slack/fake-slack.ts';
import type { FakeMessage } from '../fakes/slack/workspace.ts';
import { type Bot, freePort, known, openBot, pictureBytes, reactions } from './bot.ts';
import { actionsIn, picturesIn, textIn } from './seen.ts';

const bots: Bot[] = [];
afterAll(() => Promise.all(bots.map((bot) => bot.close())));

/** People speak to the bot by mentions here, so that threads have their root from the start. */
async function open(options: FakeSlackOptions) {
  const bot = await openBot(options);
  bots.push(bot);
  const { slack, ada, channel, handler } = bot;
  const { people, workspace } = slack;
  const events = new Map<string, string>();

  const fieldsOf = (thread: string) => new URLSearchParams(thread);
  const messageOf = ({ thread, message }: { thread: string; message: string }): FakeMessage =>
    known(workspace.message(fieldsOf(thread).get('channel') ?? '', message));

  async function mention(options: Record<string, unknown>): Promise<string> {
    const flags = Object.entries(options).flatMap(([name, value]) => (name === 'text' ? [] : [` --${name} ${value}`]));
    const { ts } = await people.mention(ada, channel, `prompt ${options['text']}${flags.join('')}`);
    return ts;
  }

  return {
    adapter: bot.adapter,
    invocations: () => handler.accepted,
    async say(_: string, options: Record<string, unknown>, event?: string) {
      const former = event === undefined ? undefined : events.get(event);
      const ts = former ?? (await mention(options));
      if (former) await people.redeliver(channel, former);
      if (event) events.set(event, ts);
      return known(handler.offered.at(-1)).thread.thread;
    },
    async replyWithPicture(thread: string) {
      const file = people.upload(ada, await pictureBytes('#208040'));
      await people.say(ada, channel, '', { thread: fieldsOf(thread).get('thread') ?? '', files: [file] });
    },
    press: async (ref: { thread: string; message: string }, action: string) => {
      await people.press(ada, channel, messageOf(ref), action);
    },
    async react(ref: { thread: string; message: string }, emoji: string, added: boolean) {
      const name = { [known(reactions[0])]: '+1' }[emoji] ?? emoji;
      await (added ? people.react : people.unreact)(ada, channel, messageOf(ref), name);
    },
    async messages(thread: string) {
      const root = fieldsOf(thread).get('thread');
      return slack
        .posts(channel)
        .filter(({ threadTs }) => threadTs === root)
        .map((message) => ({
          id: message.ts,
          text: textIn(message.blocks),
          actions: actionsIn(message),
          pictures: picturesIn(message).length,
        }));
    },
    keepPicture: () => bot.picture(),
    async restart() {
      await bot.stop();
      await bot.start();
    },
  };
}

adapterContract('Slack over Socket Mode', () => open({}));
adapterContract('Slack over signed requests', async () =>
  open({ http: { port: await freePort(), signingSecret: 'f00d' } }),
);
adapterContract('a minimal Slack-compatible server over Socket Mode', () => open({ minimal: true }));
adapterContract('a minimal Slack-compatible server over signed requests', async () =>
  open({ minimal: true, http: { port: await freePort(), signingSecret: 'f00d' } }),
);
