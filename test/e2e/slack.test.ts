import { afterEach, describe, expect, it } from 'vitest';
import type { FakeMessage } from '../fakes/slack/workspace.ts';
import { known, until } from '../slack/bot.ts';
import { picturesIn, textIn } from '../slack/seen.ts';
import { actionOf, isQuiet, modes, openSlackProgram, type SlackProgram, withPictures } from './slack-program.ts';

let opened: SlackProgram | undefined;
afterEach(() => opened?.close());

describe.each(modes)('the real program in Slack, over %s', (mode) => {
  it.each(['Slack', 'a minimal Slack-compatible server'])(
    'does prompt, like, refine, restart, an old button, reverse search, delete: %s',
    { timeout: 900_000 },
    async (server) => {
      opened = await openSlackProgram(mode, { minimal: server !== 'Slack' });
      const { slack, program, restart } = opened;
      const { ada, channel } = opened.newChannel();
      const { people } = slack;
      const posts = () => slack.posts(channel);

      async function nextPictures(count: number): Promise<FakeMessage> {
        return until(() => {
          const shown = withPictures(posts());
          return shown.length === count && isQuiet(posts()) ? shown.at(-1) : undefined;
        });
      }

      const asked = await people.command(ada, channel, '/prompt', 'a cat sleeping on the sofa —count 2 --seed 7');
      expect(asked).toMatchObject({ acked: true, payload: undefined });
      const made = await nextPictures(1);
      const [root, ...answers] = posts();
      expect(textIn(root?.blocks)).toContain('a cat sleeping on the sofa');
      const thumbnails = answers.flatMap(({ blocks }) => blocks).filter((block) => block['accessory']);
      expect(thumbnails.length).toBeGreaterThanOrEqual(3);
      expect(textIn(answers.map(({ blocks }) => blocks))).toMatch(/:heavy_plus_sign: .* _\(from \d\)_/);
      expect(picturesIn(made)).toHaveLength(2);
      expect(answers.every(({ threadTs }) => threadTs === root?.ts)).toBe(true);

      await people.react(ada, channel, made, '+1::skin-tone-3');
      await people.press(ada, channel, made, actionOf(made, 'refine'));
      const refined = await nextPictures(2);
      expect(refined.threadTs).toBe(root?.ts);

      expect(await program().end('SIGTERM')).toBe(0);
      await restart();
      await people.react(ada, channel, refined, 'arrows_counterclockwise');
      const again = await nextPictures(3);

      const shown = known(picturesIn(again)[0]);
      const file = known(slack.workspace.files.get((shown['slack_file'] as { id: string }).id));
      await people.say(ada, channel, '', { thread: known(root).ts, files: [people.upload(ada, known(file.bytes))] });
      const found = await until(() =>
        posts().find(({ ts, blocks }) => ts > again.ts && textIn(blocks).includes(String(shown['alt_text']))),
      );
      expect(found.threadTs).toBe(root?.ts);

      const stranger = slack.workspace.addUser('eve');
      channel.members.add(stranger.id);
      await people.press(stranger, channel, made, actionOf(made, 'delete'));
      await until(() => posts().some(({ onlyFor }) => onlyFor === stranger.id));
      expect(withPictures(posts())).toHaveLength(3);

      await people.press(ada, channel, again, actionOf(again, 'delete'));
      await until(() => withPictures(posts()).length === 2);

      await people.mention(ada, channel, 'prompt a lighthouse by the sea --seed 3');
      await nextPictures(3);
    },
  );
});
