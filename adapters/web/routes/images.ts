import { Hono } from 'hono';
import { BotError } from '../../../src/errors.ts';
import { isImageKey } from '../../../src/images/image-files.ts';
import type { RouteParts, WebEnvironment } from '../server.ts';
import { createThumbnails } from '../thumbnails.ts';

const thumbnailBytes = 32 * 1024 * 1024;

/** Kept pictures by key. A key names its bytes for ever, so browsers may keep them for ever. */
export function imageRoutes({ images }: RouteParts): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();
  const thumbnails = createThumbnails(thumbnailBytes);

  routes.get('/:key', async (context) => {
    const key = context.req.param('key');
    const original = isImageKey(key) ? await images.get(key) : undefined;
    const type = original && mediaType(original);
    if (!original || !type) throw new BotError('not_found', 'This picture does not exist (any more).');
    const size = Number(context.req.query('size'));
    const isSmall = Number.isFinite(size) && size > 0;
    const bytes = isSmall ? await thumbnails.of(key, original, size) : original;
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': isSmall ? 'image/webp' : type,
      'content-length': String(bytes.length),
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${key}${isSmall ? `-${size}` : ''}"`,
    });
  });

  return routes;
}

/** By the first bytes, never by what somebody claimed: what is no picture is not served. */
function mediaType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'image/webp';
  if (start.slice(4, 8) === 'ftyp' && start.slice(8, 12).startsWith('avi')) return 'image/avif';
  return undefined;
}
