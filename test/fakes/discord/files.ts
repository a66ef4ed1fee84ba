import type { APIAttachment } from 'discord-api-types/v10';
import type { World } from './world.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Keeps a file on the fake CDN. https://discord.com/developers/docs/resources/message#attachment-object */
export function storeFile(
  world: World,
  origin: string,
  file: { channelId: string; name: string; bytes: Uint8Array; contentType: string; description?: string | undefined },
): APIAttachment {
  const id = world.snowflake();
  const path = `/attachments/${file.channelId}/${id}/${encodeURIComponent(file.name)}`;
  const expiresAt = world.clock.now() + dayMs;
  world.files.set(path, { bytes: file.bytes, contentType: file.contentType, expiresAt });
  const url = `${origin}${path}?ex=${Math.floor(expiresAt / 1000).toString(16)}&is=0&hm=0`;
  return {
    id,
    filename: file.name,
    size: file.bytes.length,
    url,
    proxy_url: url,
    content_type: file.contentType,
    ...(file.description ? { description: file.description } : {}),
  };
}

/** The bytes behind an attachment's address. */
export function fileAt(world: World, url: string): Uint8Array | undefined {
  return world.files.get(new URL(url).pathname)?.bytes;
}
