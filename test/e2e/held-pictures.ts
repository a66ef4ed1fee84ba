import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { startPictureServer } from '../importer/picture-server.ts';

/** A server whose pictures come only once they are let go: what needs them is under way for as long as a test wants. */
export async function startHeldPictures() {
  const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: '#c00' } });
  const png = await picture.png().toBuffer();
  const held = new Set<ServerResponse>();
  let isHolding = false;
  const server = await startPictureServer(() => (response) => {
    if (!isHolding) return void response.end(png);
    held.add(response);
    response.once('close', () => held.delete(response));
  });
  return {
    url: server.url,
    close: server.close,
    hold() {
      isHolding = true;
    },
    /** Somebody waits for one. */
    async awaited() {
      while (held.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    /** Nobody waits any more. */
    async left() {
      while (held.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    letGo() {
      isHolding = false;
      for (const response of held) response.end(png);
    },
  };
}
