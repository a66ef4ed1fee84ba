import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bot, openBot } from './bot.ts';
import { createPlainGenerator } from './plain-generator.ts';

/** No picture of what was forgotten is left in the image files: neither made nor sent. */
describe('forgotten pictures', () => {
  let bot: Bot;
  let onDraw: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    const plain = createPlainGenerator({ limits: { maxCount: 1 } });
    bot = await openBot({
      limits: { maxCount: 1 },
      async generate(request, options) {
        await onDraw();
        return plain.generate(request, options);
      },
    });
  });
  afterAll(() => bot.close());

  const picture = (background: string) =>
    sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer();

  const kept = async () => {
    const entries = await readdir(path.join(bot.dataDir, 'images'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };

  async function prompt(person: string, background: string) {
    const bytes = await picture(background);
    const posted = await bot.say('prompt', { text: `${person} in ${background}`, raw: true }, { person }, [{ bytes }]);
    return posted.at(-1)?.generationId ?? '';
  }

  it('delete removes what was made and what was sent for it, unless somebody else sent it too', async () => {
    const [first, second] = [await prompt('ann', 'red'), await prompt('bob', 'red')];
    expect(await kept()).toBe(3);
    await bot.press(`delete:${first}`, { person: 'ann' });
    expect(await kept()).toBe(2);
    await bot.press(`delete:${second}`, { person: 'bob' });
    expect(await kept()).toBe(0);
  });

  it('forgetting a person removes the pictures of searches, too, and no one else’s', async () => {
    await prompt('ann', 'blue');
    await bot.say('search', {}, { person: 'ann' }, [{ bytes: await picture('lime') }]);
    await bot.say('search', {}, { person: 'bob' }, [{ bytes: await picture('lime') }]);
    await bot.say('search', {}, { person: 'bob' }, [{ bytes: await picture('blue') }]);
    expect(await kept()).toBe(3);
    const [asked] = await bot.say('forget', {}, { person: 'ann' });
    await bot.press(asked?.actions[0]?.id ?? '', { person: 'ann' });
    expect(await kept()).toBe(2);
    const [also] = await bot.say('forget', {}, { person: 'bob' });
    await bot.press(also?.actions[0]?.id ?? '', { person: 'bob' });
    expect(await kept()).toBe(0);
  });

  it('a run that is cancelled leaves nothing of what it had drawn', async () => {
    await prompt('ann', 'blue');
    const before = await kept();
    let most = 0;
    onDraw = async () => {
      most = Math.max(most, (await kept()) - before);
      if (most < 2) return;
      for (const { id } of await bot.queue.all()) await bot.queue.cancel(id);
    };
    const posted = await bot.say('prompt', { text: 'a cat', raw: true, best: true, count: 4 }, { person: 'bob' });
    expect(posted.at(-1)?.text).toBe('Cancelled.');
    expect(most).toBe(2);
    await vi.waitFor(async () => expect(await kept()).toBe(before), { timeout: 30_000 });
  });
});
