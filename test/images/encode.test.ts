import { deflateSync } from 'node:zlib';
import { decode, isBlurhashValid } from 'blurhash';
import exifReader from 'exif-reader';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { blurhashOf } from '../../src/images/blurhash.ts';
import { decodeRgb } from '../../src/images/decode.ts';
import { encodeResult, encodeUpload } from '../../src/images/encode.ts';
import { exifWithComment, readExifComment } from '../../src/images/metadata/exif.ts';
import { readPngText, withPngText } from '../../src/images/metadata/png-text.ts';
import { withWebpExif } from '../../src/images/metadata/webp.ts';
import { readProvenance } from '../../src/images/provenance.ts';

const kinds = ['png', 'webp', 'jpeg'] as const;
const maxBytes = 100_000;

/** A picture of many colours, half transparent where its kind can be. */
function picture(kind: (typeof kinds)[number], side = 65): Promise<Buffer> {
  const data = Buffer.from(Array.from({ length: side * side * 4 }, (_, index) => (index * 7) % 256));
  return sharp(data, { raw: { width: side, height: side, channels: 4 } })
    .toFormat(kind, { lossless: true })
    .toBuffer();
}

const described = {
  prompt: 'a cat, "sleeping": 猫 🐈',
  negativePrompt: 'blurry',
  seed: 7,
  model: 'plain',
  generator: 'sketch',
  generation: 'g2',
  parent: 'g1',
};

describe('results', () => {
  test.each(kinds)('a %s is encoded anew, keeps its look, and carries how it was made', async (kind) => {
    const made = await picture(kind);
    const result = await encodeResult(made, described);
    expect(await readProvenance(result.bytes)).toEqual({ ...described, width: 65, height: 65 });
    expect(result).toMatchObject({ width: 65, height: 65 });
    expect(isBlurhashValid(result.blurhash)).toEqual({ result: true });
    const { format, hasAlpha } = await sharp(result.bytes, { failOn: 'warning' }).metadata();
    expect({ format, hasAlpha }).toEqual({ format: kind === 'png' ? 'png' : 'webp', hasAlpha: kind !== 'jpeg' });
    if (kind === 'png') expect(await decodeRgb(result.bytes)).toEqual(await decodeRgb(made));
    expect((await encodeResult(made, described)).bytes).toEqual(result.bytes);
  });

  test('what was sent counts where the picture itself does not say', async () => {
    const sent = { steps: 12, sampler: 'Euler', guidance: 4.5 };
    const { bytes } = await encodeResult(await picture('png'), { ...described, ...sent });
    expect(await readProvenance(bytes)).toMatchObject(sent);
    const told = withPngText(await picture('png'), 'parameters', 'other words\nSteps: 28, Seed: 1, Size: 8x8');
    const result = await encodeResult(told, { ...described, ...sent });
    expect(await readProvenance(result.bytes)).toMatchObject({ ...sent, steps: 28 });
  });

  test('nothing of what the backend wrote beside the pixels goes on, but the settings that it alone knows', async () => {
    const text = 'other words\nSteps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 1, Size: 8x8, Model: theirs';
    const made = withPngText(
      withPngText(await picture('png'), 'parameters', text),
      'prompt',
      '{"workflow": "private"}',
    );
    const { bytes } = await encodeResult(made, described);
    expect(Buffer.from(bytes).includes('private')).toBe(false);
    expect(await readProvenance(bytes)).toEqual({
      ...described,
      steps: 28,
      sampler: 'Euler a',
      guidance: 6.5,
      width: 65,
      height: 65,
    });
  });

  test('what is no picture is the backend’s fault', async () => {
    await expect(encodeResult(Buffer.from('<html>'), described)).rejects.toMatchObject({ code: 'generator_failed' });
    const cut = (await picture('png')).subarray(0, 400);
    await expect(encodeResult(cut, described)).rejects.toMatchObject({ code: 'generator_failed' });
  });

  test('other readers find the text: libvips in PNG, exif-reader in WebP', async () => {
    const png = await sharp((await encodeResult(await picture('png'), described)).bytes).metadata();
    expect(png.comments).toEqual([
      { keyword: 'parameters', text: expect.stringMatching(/^a cat, "sleeping": 猫 🐈\n/) },
    ]);
    const { exif } = await sharp((await encodeResult(await picture('jpeg'), described)).bytes).metadata();
    const comment = exifReader(exif ?? Buffer.alloc(0)).Photo?.UserComment as unknown as Buffer;
    expect(comment.subarray(0, 8).toString('latin1')).toBe('UNICODE\0');
    expect(Buffer.from(comment.subarray(8)).swap16().toString('utf16le')).toMatch(/^a cat, "sleeping": 猫 🐈\n/);
  });
});

test('a blurhash holds where the colours are', async () => {
  const red = { create: { width: 60, height: 40, channels: 3, background: '#d02020' } } as const;
  const blue = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#2020d0' } })
    .png()
    .toBuffer();
  const halves = await sharp(red)
    .composite([{ input: blue, left: 30, top: 0 }])
    .png()
    .toBuffer();
  const pixels = decode(await blurhashOf(halves), 8, 1);
  const [left, right] = [pixels.subarray(0, 3), pixels.subarray(28, 31)];
  expect([(left[0] ?? 0) > (left[2] ?? 0), (right[2] ?? 0) > (right[0] ?? 0)]).toEqual([true, true]);
});

describe('uploads', () => {
  test.each(kinds)('of a %s only how it was made remains, and the same bytes give the same copy', async (kind) => {
    const bytes = await encodeResult(await picture(kind), described);
    const copy = await encodeUpload(bytes.bytes);
    expect(await readProvenance(copy.bytes)).toEqual({ ...described, width: 65, height: 65 });
    expect((await encodeUpload(bytes.bytes)).bytes).toEqual(copy.bytes);
    const plain = await encodeUpload(await picture(kind));
    expect((await sharp(plain.bytes).metadata()).exif).toBeUndefined();
  });

  test('a stranger’s text is bounded and cleaned', async () => {
    const text = `${'x'.repeat(5000)}\u0007\u202e\nSteps: 1, Model: ${'m'.repeat(900)}, Promptory: "a\\u0000b"`;
    const read = await readProvenance(withPngText(await picture('png'), 'parameters', text));
    expect(read?.prompt).toBe('x'.repeat(4000));
    expect(read?.model).toBe('m'.repeat(200));
    expect(read?.generation).toBe('ab');
  });
});

describe('metadata of other tools', () => {
  const text = 'ein Kätzchen\nNegative prompt: Hünde\nSteps: 20, Sampler: Euler, Seed: 3, Size: 8x8';
  const found = { prompt: 'ein Kätzchen', negativePrompt: 'Hünde', steps: 20, sampler: 'Euler', seed: 3 };

  test('a PNG text in Latin-1, in UTF-8, and compressed', async () => {
    const png = await picture('png');
    expect(await readProvenance(withPngText(png, 'parameters', text))).toMatchObject(found);
    const compressed = Buffer.concat([
      Buffer.from('parameters\0\u0001\0de\0Parameter\0', 'latin1'),
      deflateSync(Buffer.from(text)),
    ]);
    expect(readPngText(chunked(png, 'iTXt', compressed), 'parameters', maxBytes)).toBe(text);
    const latin = Buffer.concat([Buffer.from('parameters\0\0', 'latin1'), deflateSync(Buffer.from(text, 'latin1'))]);
    expect(readPngText(chunked(png, 'zTXt', latin), 'parameters', maxBytes)).toBe(text);
  });

  test('a compressed text that would fill the memory is not read', async () => {
    const bomb = Buffer.concat([Buffer.from('parameters\0\0', 'latin1'), deflateSync(Buffer.alloc(50_000_000, 97))]);
    expect(await readProvenance(chunked(await picture('png'), 'zTXt', bomb))).toBeUndefined();
  });

  test.each([
    ['UTF-16 in the order of the data', 'UNICODE\0', Buffer.from(text, 'utf16le')],
    ['UTF-16 in the other order', 'UNICODE\0', Buffer.from(text, 'utf16le').swap16()],
    ['ASCII that is UTF-8', 'ASCII\0\0\0', Buffer.from(text)],
    ['no encoding named', '\0'.repeat(8), Buffer.from(text)],
  ])('an EXIF comment: %s', async (_, encoding, bytes) => {
    const comment = Buffer.concat([Buffer.from(encoding, 'latin1'), bytes]);
    expect(readExifComment(littleEndianExif(comment), maxBytes)).toBe(text);
  });

  test('any comment is read back, in a WebP with and without transparency too', async () => {
    for (const kind of ['webp', 'jpeg'] as const) {
      const plain = await sharp(await picture(kind))
        .webp()
        .toBuffer();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 4, maxLength: 200 }), async (any) => {
          const described = withWebpExif(plain, exifWithComment(any), { width: 65, height: 65 });
          const { exif, width } = await sharp(described, { failOn: 'warning' }).metadata();
          expect(width).toBe(65);
          expect(exif && readExifComment(exif, maxBytes)).toBe(any);
        }),
        { numRuns: 40 },
      );
    }
  });

  test('any damage leaves no text or some text, and never throws', async () => {
    const files = await Promise.all(
      kinds.map(async (kind) => (await encodeResult(await picture(kind, 9), described)).bytes),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
        fc.nat(),
        async (file, changes, length) => {
          const bytes = Buffer.from(file);
          for (const [at, value] of changes) bytes[at % 400] = value;
          const read = await readProvenance(bytes.subarray(0, (length % bytes.length) + 1));
          expect(['undefined', 'string']).toContain(typeof read?.prompt);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Two folders of one entry each, as `exifWithComment` has them in the other byte order. */
function littleEndianExif(comment: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  for (const [at, tag, type, count, value] of [
    [8, 0x8769, 4, 1, 26],
    [26, 0x9286, 7, comment.length, 44],
  ] as const) {
    head.writeUInt16LE(1, at);
    head.writeUInt16LE(tag, at + 2);
    head.writeUInt16LE(type, at + 4);
    head.writeUInt32LE(count, at + 6);
    head.writeUInt32LE(value, at + 10);
  }
  return Buffer.concat([head, comment]);
}

/** A PNG with a chunk put before its end; readers of texts need no checksum. */
function chunked(png: Buffer, type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  const end = png.length - 12;
  return Buffer.concat([png.subarray(0, end), head, data, Buffer.alloc(4), png.subarray(end)]);
}
