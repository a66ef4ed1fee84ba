import { Hono } from 'hono';
import { BotError } from '../../../src/errors.ts';
import { isImageKey } from '../../../src/images/image-files.ts';
import { mediaTypeOf } from '../../../src/images/media-type.ts';
import { createThumbnails } from '../../../src/images/thumbnails.ts';
import type { RouteParts, WebEnvironment } from '../server.ts';

/** Kept pictures by key. A key names its bytes for ever, so browsers may keep them for ever. */
export function imageRoutes({ images }: RouteParts): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();
  const thumbnails = createThumbnails(images);

  routes.get('/:key', async (context) => {
    const key = context.req.param('key');
    const size = Number(context.req.query('size'));
    const isSmall = Number.isFinite(size) && size > 0;
    const bytes = isImageKey(key) ? await (isSmall ? thumbnails.of(key, size) : images.get(key)) : undefined;
    const type = bytes && mediaTypeOf(bytes);
    if (!bytes || !type) throw new BotError('not_found', 'This picture does not exist (any more).');
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': type,
      'content-length': String(bytes.length),
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${key}${isSmall ? `-${size}` : ''}"`,
    });
  });

  return routes;
}
