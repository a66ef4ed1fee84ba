import type { APIEmbed, APIMessageTopLevelComponent, RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { emptyMessage, invalidForm } from './api-error.ts';

// Written as text because the `v` flag is newer than the compiler's target.
const oneEmoji = String.raw`^\p{RGI_Emoji}$`;
const wholeEmoji = new RegExp(oneEmoji, 'v');

type Body = Pick<RESTPostAPIChannelMessageJSONBody, 'content' | 'embeds' | 'components' | 'attachments' | 'nonce'>;

/** The limits of a message. https://discord.com/developers/docs/resources/message#create-message and #embed-object-embed-limits */
export function checkMessage(body: Body, files: number) {
  atMost(body.content ?? '', 2000, 'content');
  atMost(String(body.nonce ?? ''), 25, 'nonce');
  checkEmbeds(body.embeds ?? []);
  checkComponents(body.components ?? []);
  const attachments = body.attachments ?? [];
  if (attachments.length > 10 || files > 10) throw invalidForm('attachments', 'BASE_TYPE_MAX_LENGTH', 'At most 10.');
  attachments.forEach((attachment, index) => {
    atMost(attachment.description ?? '', 1024, `attachments.${index}.description`);
  });
}

/** A message must show something. */
export function refuseEmpty(body: Body, files: number) {
  if (!body.content?.trim() && !body.embeds?.length && !body.components?.length && files === 0) throw emptyMessage();
}

function checkEmbeds(embeds: readonly APIEmbed[]) {
  if (embeds.length > 10) throw invalidForm('embeds', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  let characters = 0;
  embeds.forEach((embed, index) => {
    const at = `embeds.${index}`;
    const fields = embed.fields ?? [];
    atMost(embed.title ?? '', 256, `${at}.title`);
    atMost(embed.description ?? '', 4096, `${at}.description`);
    atMost(embed.footer?.text ?? '', 2048, `${at}.footer.text`);
    atMost(embed.author?.name ?? '', 256, `${at}.author.name`);
    if (fields.length > 25) throw invalidForm(`${at}.fields`, 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
    fields.forEach((field, number) => {
      between(field.name, 1, 256, `${at}.fields.${number}.name`);
      between(field.value, 1, 1024, `${at}.fields.${number}.value`);
    });
    for (const url of [embed.url, embed.image?.url, embed.thumbnail?.url]) {
      if (url !== undefined && !/^(https?|attachment):\/\/./.test(url)) {
        throw invalidForm(`${at}.url`, 'URL_TYPE_INVALID_SCHEME', 'Scheme must be one of http, https, attachment.');
      }
    }
    const texts = [embed.title, embed.description, embed.footer?.text, embed.author?.name];
    characters += [...texts, ...fields.flatMap(({ name, value }) => [name, value])].join('').length;
  });
  if (characters > 6000) throw invalidForm('embeds', 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum of 6000.');
}

/** https://discord.com/developers/docs/components/reference#button */
function checkComponents(rows: readonly APIMessageTopLevelComponent[]) {
  if (rows.length > 5) throw invalidForm('components', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
  const ids = new Set<string>();
  rows.forEach((row, index) => {
    const at = `components.${index}.components`;
    if (row.type !== ComponentType.ActionRow) throw invalidForm(at, 'UNION_TYPE_CHOICES', 'Must be an action row.');
    if (row.components.length === 0 || row.components.length > 5) {
      throw invalidForm(at, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    }
    row.components.forEach((button, number) => {
      if (button.type !== ComponentType.Button || !('custom_id' in button)) return;
      between(button.custom_id, 1, 100, `${at}.${number}.custom_id`);
      if ('label' in button) atMost(button.label ?? '', 80, `${at}.${number}.label`);
      const emoji = 'emoji' in button ? button.emoji?.name : undefined;
      if (emoji && !wholeEmoji.test(emoji)) throw invalidForm(at, 'BUTTON_COMPONENT_INVALID_EMOJI', 'Invalid emoji');
      if (ids.has(button.custom_id)) {
        throw invalidForm(at, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
      }
      ids.add(button.custom_id);
    });
  });
}

export function between(text: string, least: number, most: number, path: string) {
  if (text.length < least || text.length > most) {
    throw invalidForm(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${most} in length.`);
  }
}

function atMost(text: string, most: number, path: string) {
  if (text.length > most) throw invalidForm(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`);
}
