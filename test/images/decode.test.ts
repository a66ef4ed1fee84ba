import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cleanCopy, decodeRgb } from '../../src/images/decode.ts';

const red = { r: 220, g: 20, b: 30 };

function plain(width: number, height: number, background: { r: number; g: number; b: number } = red) {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** Left half red, right half blue. */
async function twoHalves(width: number, height: number): Promise<Buffer> {
  const right = await plain(width / 2, height, { r: 20, g: 30, b: 220 })
    .png()
    .toBuffer();
  return plain(width, height)
    .composite([{ input: right, left: width / 2, top: 0 }])
    .png()
    .toBuffer();
}

/** Random noise does not compress, so that cutting it cuts pixels. */
function noise(width: number, height: number) {
  return sharp({
    create: { width, height, channels: 3, background: red, noise: { type: 'gaussian', mean: 128, sigma: 50 } },
  });
}

function pixel(image: { data: Uint8Array; width: number }, x: number, y: number): number[] {
  const at = (y * image.width + x) * 3;
  return [...image.data.subarray(at, at + 3)];
}

function isNear(actual: readonly number[], expected: readonly number[], tolerance = 12): boolean {
  return expected.every((value, index) => Math.abs(value - (actual[index] ?? -1000)) <= tolerance);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A real PNG of one grey, 1 bit a pixel: 20,000 x 20,000 pixels in about 50 kB. */
function pngBomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

describe('refused, with a message that says what to do', () => {
  test.each([
    ['JPEG', async () => noise(400, 400).jpeg().toBuffer()],
    ['PNG', async () => noise(400, 400).png().toBuffer()],
    ['WebP', async () => noise(400, 400).webp().toBuffer()],
    ['GIF', async () => noise(400, 400).gif().toBuffer()],
  ])('a %s cut off in the middle', async (_, make) => {
    const whole = await make();
    await expect(decodeRgb(whole)).resolves.toMatchObject({ width: 400, height: 400 });
    for (const part of [0.01, 0.5, 0.9]) {
      const cut = whole.subarray(0, Math.floor(whole.length * part));
      await expect(decodeRgb(cut)).rejects.toMatchObject({ name: 'BotError', code: 'unsupported_image' });
      await expect(cleanCopy(cut, { maxSide: 100 })).rejects.toMatchObject({ code: 'unsupported_image' });
    }
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('this is not a picture')],
    ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n<</Type/Catalog>>\nendobj\n')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['zeros', Buffer.alloc(10_000)],
    [
      'an SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'),
    ],
    [
      'an SVG with a declaration',
      Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
  ])('%s', async (_, bytes) => {
    await expect(decodeRgb(bytes)).rejects.toMatchObject({ name: 'BotError', code: 'unsupported_image' });
    await expect(cleanCopy(bytes, { maxSide: 64 })).rejects.toMatchObject({ code: 'unsupported_image' });
  });

  test('random bytes never give anything but a picture or a BotError', async () => {
    const starts = [
      [],
      [0xff, 0xd8, 0xff, 0xe0],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [0x47, 0x49, 0x46, 0x38],
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), async (start, rest) => {
        const outcome = await decodeRgb(Buffer.from([...start, ...rest])).catch((error: unknown) => error);
        expect(outcome).toSatisfy((value) => !(value instanceof Error) || value.name === 'BotError');
      }),
      { numRuns: 100 },
    );
  });

  test('a small file of 20,000 x 20,000 pixels, without decoding it', async () => {
    const bomb = pngBomb(20_000);
    expect(bomb.length).toBeLessThan(100_000);
    const before = process.memoryUsage.rss();
    await expect(decodeRgb(bomb, { maxSide: 224 })).rejects.toMatchObject({ code: 'too_large' });
    await expect(cleanCopy(bomb, { maxSide: 224 })).rejects.toThrow('20000 x 20000');
    // Its pixels would take 400 MB and more.
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
  });
});

describe('seen as a person sees it', () => {
  test('an animated GIF is its first frame', async () => {
    const frames = Buffer.concat(
      await Promise.all([red, { r: 0, g: 255, b: 0 }].map((colour) => plain(40, 30, colour).raw().toBuffer())),
    );
    const gif = await sharp(frames, { raw: { width: 40, height: 60, channels: 3, pageHeight: 30 } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const image = await decodeRgb(gif);
    expect(image).toMatchObject({ width: 40, height: 30 });
    expect(pixel(image, 20, 15)).toSatisfy((actual: number[]) => isNear(actual, [220, 20, 30]));
  });

  test('a CMYK JPEG keeps its colours', async () => {
    const cmyk = await plain(32, 32).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const image = await decodeRgb(cmyk);
    expect(image.data.length).toBe(32 * 32 * 3);
    expect(pixel(image, 16, 16)).toSatisfy((actual: number[]) => isNear(actual, [220, 20, 30], 40));
  });

  test('an EXIF-rotated JPEG is turned upright', async () => {
    // Orientation 6: shown turned 90 degrees clockwise, so the left half comes out on top.
    const rotated = await sharp(await twoHalves(64, 32))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const image = await decodeRgb(rotated);
    expect(image).toMatchObject({ width: 32, height: 64 });
    expect(pixel(image, 16, 8)).toSatisfy((actual: number[]) => isNear(actual, [220, 20, 30]));
    expect(pixel(image, 16, 56)).toSatisfy((actual: number[]) => isNear(actual, [20, 30, 220]));
  });

  test('transparency is white', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: { ...red, alpha: 0 } } })
      .png()
      .toBuffer();
    expect(pixel(await decodeRgb(clear), 4, 4)).toEqual([255, 255, 255]);
    const half = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    })
      .webp({ lossless: true })
      .toBuffer();
    expect(pixel(await decodeRgb(half), 4, 4)).toSatisfy((actual: number[]) => isNear(actual, [127, 127, 127]));
  });

  test('16 bits a channel, grey, grey with alpha and a palette give 3 bytes a pixel', async () => {
    const sources = [
      plain(20, 10).toColourspace('rgb16').png(),
      plain(20, 10).toColourspace('b-w').png(),
      plain(20, 10).ensureAlpha(0.5).toColourspace('b-w').png(),
      plain(20, 10).png({ palette: true }),
      plain(20, 10).toColourspace('grey16').png(),
    ];
    for (const source of sources) {
      const image = await decodeRgb(await source.toBuffer());
      expect(image).toMatchObject({ width: 20, height: 10 });
      expect(image.data.length).toBe(600);
    }
    const deep = await plain(20, 10).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(pixel(await decodeRgb(deep), 5, 5)).toSatisfy((actual: number[]) => isNear(actual, [220, 20, 30]));
  });

  test('one pixel is enough, and small pictures are never enlarged', async () => {
    const dot = await plain(1, 1).png().toBuffer();
    expect([...(await decodeRgb(dot, { maxSide: 224 })).data]).toEqual([220, 20, 30]);
    expect(await cleanCopy(dot, { maxSide: 224 })).toMatchObject({ width: 1, height: 1 });
  });

  test('AVIF and TIFF work', async () => {
    for (const bytes of [await plain(30, 20).avif().toBuffer(), await plain(30, 20).tiff().toBuffer()]) {
      expect(await decodeRgb(bytes)).toMatchObject({ width: 30, height: 20 });
    }
  });
});

test('a clean copy fits its side, is WebP, and carries no metadata', async () => {
  const photo = await plain(600, 300)
    .jpeg()
    .withExif({ IFD0: { Artist: 'Somebody', Copyright: 'secret place' } })
    .toBuffer();
  expect(photo.includes('Somebody')).toBe(true);
  const copy = await cleanCopy(photo, { maxSide: 200 });
  expect(copy).toMatchObject({ width: 200, height: 100 });
  const meta = await sharp(copy.bytes).metadata();
  expect(meta).toMatchObject({ format: 'webp', width: 200, height: 100 });
  expect(meta.exif).toBeUndefined();
  expect(Buffer.from(copy.bytes).includes('Somebody')).toBe(false);
});
