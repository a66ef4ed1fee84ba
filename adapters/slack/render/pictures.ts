import type { types } from '@slack/bolt';

/** Which pictures blocks can show. */
export interface Pictures {
  /** Slack's file ids by image key. */
  files: ReadonlyMap<string, string>;
  /** Slack fetches web addresses itself; when one of them fails, the message goes without any. */
  web: boolean;
}

/** A block whose pictures are named by image key, with Slack's files in their place; what can't be shown is left out. */
export function fillPictures(block: types.KnownBlock, pictures: Pictures): types.KnownBlock[] {
  if (block.type === 'image') return filled(block, pictures);
  if (block.type !== 'section' || block.accessory?.type !== 'image') return [block];
  const { accessory, ...section } = block;
  const [shown] = filled(accessory, pictures);
  return [shown ? { ...section, accessory: shown } : section];
}

function filled<Image extends types.ImageBlock | types.ImageElement>(image: Image, { files, web }: Pictures): Image[] {
  if (!('slack_file' in image)) return web ? [image] : [];
  const key = image.slack_file && 'id' in image.slack_file ? image.slack_file.id : undefined;
  const id = files.get(key ?? '');
  return id ? [{ ...image, slack_file: { id } }] : [];
}
