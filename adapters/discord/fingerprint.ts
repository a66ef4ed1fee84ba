import type { APIMessage } from 'discord.js';
import { type OutgoingMessage, toBody } from './outgoing.ts';

type Shown = Pick<APIMessage, 'content' | 'embeds' | 'components'> & { files: string[] };

/** What tells one post from another, in what was sent and in what Discord shows of it. */
export function fingerprintOf(message: OutgoingMessage): string {
  const { content = '', embeds = [], components = [] } = toBody(message);
  const shown = new Set(embeds.flatMap(({ image, thumbnail }) => [image?.url, thumbnail?.url]));
  // Discord lists files that an embed shows apart from the attachments, or not at all.
  const files = (message.files ?? []).map(({ name }) => name).filter((name) => !shown.has(`attachment://${name}`));
  return fingerprint({ content, embeds, components, files });
}

/** Lists that a server leaves out are empty. */
export function fingerprintOfPosted(message: Partial<APIMessage>): string {
  const { content = '', embeds = [], components = [], attachments = [] } = message;
  const shown = embeds.flatMap(({ image, thumbnail }) => [image?.url, thumbnail?.url]).map(nameIn);
  const files = attachments.map(({ filename }) => filename).filter((name) => !shown.includes(name));
  return fingerprint({ content, embeds, components, files });
}

function fingerprint({ content, embeds, components, files }: Shown): string {
  const texts = embeds.map(({ title, description, fields = [] }) => [
    title?.trim(),
    description?.trim(),
    fields.map(({ value }) => value.trim()),
  ]);
  return JSON.stringify([content.trim(), texts, customIds(components), files]);
}

function customIds(components: APIMessage['components']): string[] {
  return (components ?? []).flatMap((row) =>
    'components' in row ? row.components.flatMap((part) => ('custom_id' in part ? [part.custom_id] : [])) : [],
  );
}

function nameIn(url: string | undefined): string | undefined {
  // Servers of others may leave `attachment://` as it was sent.
  if (url?.startsWith('attachment://')) return url.slice('attachment://'.length);
  return url && URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') : undefined;
}
