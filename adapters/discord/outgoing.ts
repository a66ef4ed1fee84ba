import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIEmbed,
  MessageFlags,
  type RawFile,
} from 'discord.js';

export interface OutgoingFile {
  name: string;
  bytes: Uint8Array;
  /** The alt text. */
  description?: string | undefined;
}

/** One Discord message, within Discord's limits. */
export interface OutgoingMessage {
  content?: string | undefined;
  embeds?: readonly APIEmbed[] | undefined;
  components?: readonly APIActionRowComponent<APIButtonComponent>[] | undefined;
  files?: readonly OutgoingFile[] | undefined;
  /** The message in the same channel that this one answers. */
  replyTo?: string | undefined;
}

/** The JSON of a message. Nobody is ever mentioned by what the bot writes. */
export function toBody({ content, embeds, components, files = [], replyTo }: OutgoingMessage) {
  return {
    ...(content === undefined ? {} : { content }),
    ...(embeds ? { embeds: [...embeds] } : {}),
    ...(components ? { components: [...components] } : {}),
    ...(files.length > 0
      ? {
          attachments: files.map(({ name, description }, index) => ({
            id: String(index),
            filename: name,
            ...(description ? { description } : {}),
          })),
        }
      : {}),
    ...(replyTo ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } } : {}),
    // No previews of addresses in people's words.
    flags: embeds?.length ? 0 : MessageFlags.SuppressEmbeds,
    allowed_mentions: { parse: [], replied_user: false },
  };
}

export function toFiles({ files = [] }: OutgoingMessage): RawFile[] {
  return files.map(({ name, bytes }) => ({ name, data: Buffer.from(bytes) }));
}
