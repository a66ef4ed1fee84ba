import type { APIAttachment, APIMessage } from 'discord.js';
import type { Attachment } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import { downloadImage } from '../../src/images/download.ts';
import { isOfficial } from './api-address.ts';

const mostPictures = 4;
const pictureName = /\.(png|jpe?g|webp|gif|avif|tiff?)$/i;

/** Discord's own file hosts: the CDN, its resizing proxy, and the proxy for pictures that embeds show. */
const discordHosts = [
  'cdn.discordapp.com',
  'media.discordapp.net',
  'images-ext-1.discordapp.net',
  'images-ext-2.discordapp.net',
];

/** An uploaded file for an image option. Throws BotError `unsupported_image` when it is something else. */
export function pictureOption(file: APIAttachment): Attachment {
  if (!isPicture(file)) {
    throw new BotError('unsupported_image', `${file.filename} is no picture. Attach a JPEG, PNG, WebP or GIF.`);
  }
  return { url: file.url, name: file.filename };
}

/** The uploaded pictures of a message, at most four. */
export function picturesOf({ attachments }: Partial<Pick<APIMessage, 'attachments'>>): Attachment[] {
  return (attachments ?? [])
    .filter(isPicture)
    .slice(0, mostPictures)
    .map(({ url, filename }) => ({ url, name: filename }));
}

/** Also what a message shows by its links, through Discord's own proxy. */
export function allPicturesOf(message: Partial<Pick<APIMessage, 'attachments' | 'embeds'>>): Attachment[] {
  const linked = (message.embeds ?? []).flatMap(({ image, thumbnail }) => [image ?? thumbnail ?? []].flat());
  const urls = linked.flatMap(({ proxy_url, url }) => proxy_url ?? url);
  return [...picturesOf(message), ...urls.map((url) => ({ url }))].slice(0, mostPictures);
}

function isPicture({ content_type, filename }: APIAttachment): boolean {
  return content_type ? content_type.startsWith('image/') : pictureName.test(filename);
}

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

export interface Downloads {
  /** The API that is in use; its host may serve files too when it is not Discord's own. */
  apiUrl: string;
  maxBytes: number;
}

/** Fetches an uploaded picture, from Discord's file hosts (or the configured other server) only. */
export function downloadAttachment(
  url: string,
  { apiUrl, maxBytes }: Downloads,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const allowedHosts = isOfficial(apiUrl) ? discordHosts : [...discordHosts, ...ownHosts(new URL(apiUrl), url)];
  return downloadImage(url, { allowedHosts, maxBytes, signal });
}

/** The server's own host; one on this machine may call itself by another of its names, on the same port. */
function ownHosts({ hostname, port }: URL, url: string): string[] {
  const isSamePort = URL.canParse(url) && new URL(url).port === port;
  return loopback.includes(hostname) && isSamePort ? loopback : [hostname];
}
