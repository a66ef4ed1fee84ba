import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, lastPictures } from './api.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

let program: Program;
beforeAll(async () => {
  program = await startProgram(await usedFolder());
});
afterAll(async () => {
  expect((await fetch(`${program.url}/healthz`)).status).toBe(200);
  await program.end('SIGKILL');
});

describe('texts', () => {
  it.each([
    ['empty', ''],
    ['only spaces', ' \t\n '],
    ['20,000 characters', 'x'.repeat(20_000)],
  ])('refuses %s with a clear message', async (_, text) => {
    const response = await apiOf(program).send('POST', '/api/threads', { command: 'prompt', options: { text } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringMatching(/\w/) },
    });
  });

  it.each([
    ['only emoji', '🐈🛋️'],
    ['Chinese', '一只猫在沙发上睡觉'],
    ['control characters', 'a cat\u0000\u0007 on\u001b[31m a sofa'],
    ['SQL', "'; DROP TABLE generations; --"],
    ['markup', '<script>alert(1)</script> </svg> {x:String}'],
  ])('makes pictures of %s', async (_, text) => {
    const api = apiOf(program);
    const thread = await api.finished(await api.ask('prompt', { text }));
    expect(thread.status).toBe('done');
    expect(lastPictures(thread).images).toHaveLength(1);
  });
});

describe('pictures', () => {
  const picture = () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#3a7' } });

  async function search(bytes: Uint8Array) {
    const form = new FormData();
    form.set('command', 'search');
    form.set('options', '{}');
    form.set('image', new Blob([Buffer.from(bytes)]), 'picture');
    return fetch(`${program.url}/api/threads`, { method: 'POST', body: form });
  }

  it('refuses a broken one, a cut-off one, one that is none, and SVG', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const broken = Buffer.from(jpeg).fill(0, 20, 400);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    for (const bytes of [broken, jpeg.subarray(0, jpeg.length / 2), Buffer.from('no picture at all'), svg]) {
      const response = await search(bytes);
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ error: { code: 'unsupported_image' } });
    }
  });

  it('refuses a 50 MB file and a bomb of 20,000 x 20,000 pixels', async () => {
    const answers = await Promise.all([search(Buffer.alloc(50 * 1024 * 1024)), search(pngBomb(20_000))]);
    for (const response of answers) {
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: 'too_large' } });
    }
  });

  it('takes an animated GIF, a CMYK JPEG, a turned JPEG and a transparent PNG', async () => {
    const api = apiOf(program);
    const frames = await Promise.all(
      ['#f00', '#0f0'].map((background) =>
        sharp({ create: { width: 40, height: 40, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const usable = [
      gif,
      await picture().toColourspace('cmyk').jpeg().toBuffer(),
      await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      await sharp({ create: { width: 50, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
        .png()
        .toBuffer(),
    ];
    for (const bytes of usable) {
      const response = await search(bytes);
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as { id: string };
      const thread = await api.finished(id);
      expect(thread.messages.at(-1)?.neighbours?.length).toBeGreaterThan(0);
    }
  });
});

/** A PNG of a few hundred kilobytes that claims to be a square of this many pixels a side. */
function pngBomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc((side / 8 + 1) * side));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function crc32(bytes: Buffer): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb8_8320 : sum >>> 1;
  }
  return (sum ^ 0xffff_ffff) >>> 0;
}
