import type {
  APIAttachment,
  APIEmbed,
  APIMessage,
  RESTPatchAPIChannelMessageJSONBody,
  RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import { tooLarge } from './api-error.ts';
import type { UploadedFile } from './body.ts';
import { storeFile } from './files.ts';
import { checkMessage, refuseEmpty } from './validation.ts';
import type { World } from './world.ts';

interface Change {
  body: RESTPostAPIChannelMessageJSONBody | RESTPatchAPIChannelMessageJSONBody;
  files: Map<string, UploadedFile>;
  origin: string;
}

/** Fills a message with what was sent, as Discord does: content trimmed, files stored, `attachment://` resolved. Throws what Discord would. */
export function fillMessage(world: World, message: APIMessage, { body, files, origin }: Change) {
  checkMessage(body as RESTPostAPIChannelMessageJSONBody, files.size);
  for (const file of files.values()) if (file.bytes.length > world.attachmentSizeLimit) throw tooLarge();
  const uploaded = upload(world, message, { body, files, origin });
  if (body.content !== undefined) message.content = (body.content ?? '').trim();
  if (body.components !== undefined)
    message.components = structuredClone(body.components ?? []) as APIMessage['components'] & object;
  if (body.embeds !== undefined) message.embeds = (body.embeds ?? []).map((embed) => resolveEmbed(embed, uploaded));
  if (body.attachments !== undefined || files.size > 0) {
    const kept = message.attachments.filter(({ id }) => body.attachments?.some((attachment) => attachment.id === id));
    // A file that an embed shows is not listed as an attachment too.
    const shown = new Set((body.embeds ?? []).flatMap(({ image, thumbnail }) => [image?.url, thumbnail?.url]));
    message.attachments = [...kept, ...uploaded.filter(({ filename }) => !shown.has(`attachment://${filename}`))];
  }
  refuseEmpty(
    { content: message.content, embeds: message.embeds, components: message.components ?? [] },
    uploaded.length,
  );
}

function upload(world: World, message: APIMessage, { body, files, origin }: Change): APIAttachment[] {
  return [...files].map(([number, file]) => {
    const described = body.attachments?.find((attachment) => String(attachment.id) === number);
    return storeFile(world, origin, {
      channelId: message.channel_id,
      name: described?.filename ?? file.name,
      bytes: file.bytes,
      contentType: file.contentType,
      description: described?.description ?? undefined,
    });
  });
}

function resolveEmbed(embed: APIEmbed, uploaded: readonly APIAttachment[]): APIEmbed {
  const resolve = (url: string) => {
    const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
    return uploaded.find(({ filename }) => filename === name)?.url ?? url;
  };
  return {
    ...structuredClone(embed),
    ...(embed.image ? { image: { ...embed.image, url: resolve(embed.image.url) } } : {}),
    ...(embed.thumbnail ? { thumbnail: { ...embed.thumbnail, url: resolve(embed.thumbnail.url) } } : {}),
  };
}
