import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { BotError } from '../../src/errors.ts';
import { call, readThread, startThread } from './client.ts';
import { openWeb } from './open-web.ts';
import type { Answer } from './scripted.ts';

describe('what the rules refuse', () => {
  test('is status 422 with the rule, and leaves no thread', async () => {
    const message = "Refused: “badword” is on the operator's list of blocked words. Change the prompt.";
    const web = await openWeb({
      check: () => {
        throw new BotError('refused', message);
      },
    });
    const { status, json } = await call(web, '/api/threads', { body: { text: 'a badword' } });
    expect([status, json]).toEqual([422, { error: { code: 'refused', message } }]);
    expect((await call(web, '/api/threads')).json.threads).toEqual([]);
  });
});

describe('adult content', () => {
  async function show(isForAdults?: boolean) {
    const seen: unknown[] = [];
    const image = { key: '', alt: 'a statue', width: 8, height: 8, seed: 1 };
    const answer: Answer = async (thread, _, jobId) => {
      seen.push(await thread.isForAdults?.());
      expect(thread.adultRemedy).toMatch(/^This page is not set up to show it \(WEB_NSFW\)/);
      const neighbours = [{ id: 'n', prompt: 'a nude', source: 'own' as const, picture: image.key, nsfw: true }];
      const images = [image, { ...image, nsfw: true }];
      await thread.post({ text: 'here', images, neighbours, actions: [] }, { key: jobId });
    };
    const web = await openWeb({ answer, isForAdults });
    image.key = await web.images.put(
      await sharp({ create: { width: 8, height: 8, channels: 3, background: '#abc' } })
        .png()
        .toBuffer(),
    );
    const id = await startThread(web, { text: 'a statue' });
    await web.script.settled();
    return { seen, message: (await readThread(web, id)).messages[1] };
  }

  test('that is marked stays out of the page, which says so', async () => {
    const { seen, message } = await show();
    expect(seen).toEqual([false]);
    expect(message?.images).toHaveLength(1);
    expect(message?.text).toMatch(/^here\nOne picture is withheld as adult content/);
    expect(message?.neighbours).toMatchObject([{ prompt: 'a nude' }]);
    expect(message?.neighbours?.[0]?.imageUrl).toBeUndefined();
  });

  test('may be shown where the operator says so', async () => {
    expect((await show(true)).seen).toEqual([true]);
  });
});
