import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageFiles } from '../../src/images/image-files.ts';

/** What every implementation of the image files must do; `open` gives empty files, `reopen` the same ones as after a restart. */
export function imageFilesContract(
  name: string,
  make: () => Promise<{ files: ImageFiles; reopen: () => Promise<ImageFiles> }>,
): void {
  describe(`image files: ${name}`, () => {
    test('gives back the bytes under their SHA-256', async () => {
      const { files } = await make();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
          const key = await files.put(bytes);
          expect(key).toBe(createHash('sha256').update(bytes).digest('hex'));
          expect(Buffer.from((await files.get(key)) ?? []).equals(bytes)).toBe(true);
        }),
        { numRuns: 25 },
      );
    });

    test('keeps files across a restart', async () => {
      const { files, reopen } = await make();
      const key = await files.put(Buffer.from('a picture'));
      expect(Buffer.from((await (await reopen()).get(key)) ?? []).toString()).toBe('a picture');
    });

    test('takes the same bytes again, at the same time too', async () => {
      const { files } = await make();
      const bytes = Buffer.alloc(100_000, 7);
      const keys = await Promise.all(Array.from({ length: 8 }, () => files.put(bytes)));
      expect(new Set(keys).size).toBe(1);
      expect((await files.get(keys[0] ?? ''))?.length).toBe(100_000);
    });

    test('knows nothing of a key it was never given, and forgets a removed one', async () => {
      const { files } = await make();
      const key = await files.put(Buffer.from('gone soon'));
      expect(await files.get('0'.repeat(64))).toBeUndefined();
      await files.remove(key);
      await files.remove(key);
      expect(await files.get(key)).toBeUndefined();
      expect(await files.put(Buffer.from('gone soon'))).toBe(key);
      expect(await files.get(key)).toBeDefined();
    });

    test('keeps thumbnails beside their picture, and removes them with it', async () => {
      const { files } = await make();
      const key = await files.put(Buffer.from('a picture'));
      expect(await files.getThumbnail(key, 96)).toBeUndefined();
      await files.putThumbnail(key, 96, Buffer.from('old'));
      await files.putThumbnail(key, 96, Buffer.from('small'));
      await files.putThumbnail(key, 768, Buffer.from('large'));
      expect(Buffer.from((await files.getThumbnail(key, 96)) ?? []).toString()).toBe('small');
      expect(Buffer.from((await files.get(key)) ?? []).toString()).toBe('a picture');
      await files.remove(key);
      expect([await files.getThumbnail(key, 96), await files.getThumbnail(key, 768)]).toEqual([undefined, undefined]);
    });

    test.each(['', '../../etc/passwd', `${'0'.repeat(61)}/..`, 'A'.repeat(64), `${'0'.repeat(64)}\n`, '/etc/passwd'])(
      'refuses the key %j',
      async (key) => {
        const { files } = await make();
        await expect(files.get(key)).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(files.remove(key)).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(files.getThumbnail(key, 96)).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(files.putThumbnail(key, 96, Buffer.from('x'))).rejects.toMatchObject({ code: 'invalid_input' });
      },
    );
  });
}
