import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { ownDrawings } from './own-drawings.ts';

/** What emojibase says of one emoji, and the name of its drawing in Noto Emoji. */
export interface Emoji {
  label: string;
  tags: readonly string[];
  /** Order numbers of emojibase: https://emojibase.dev/docs/spec. */
  group: number;
  subgroup: number;
  /** Lower-case code points joined by `-`, without variation selectors. */
  hexcode: string;
  icon: string;
}

export interface IconSet {
  emoji: readonly Emoji[];
  /** The drawing's SVG elements, 128 x 128 units; undefined for a name the set lacks. */
  body(icon: string): string | undefined;
}

const emojiData = z.array(
  z.object({
    label: z.string(),
    tags: z.array(z.string()).default([]),
    group: z.number().optional(),
    subgroup: z.number().optional(),
    hexcode: z.string(),
  }),
);
const iconData = z.object({ icons: z.record(z.string(), z.object({ body: z.string() })) });
const characterData = z.record(z.string(), z.string());

/** Drawings that Noto has ahead of emojibase. */
const unlisted = ['lighthouse', 'meteor', 'monarch-butterfly'];

const componentGroup = 2;
const travelGroup = 5;
const buildingSubgroup = 51;
const aircraftSubgroup = 56;

const loadFile = createRequire(import.meta.url);
let loading: Promise<IconSet> | undefined;

/** Reads the icon and emoji packages once a process; 1,650 drawings (7 MB) stay, the other skin tones (18 MB) do not. */
export function loadIcons(): Promise<IconSet> {
  loading ??= readIcons();
  return loading;
}

async function readIcons(): Promise<IconSet> {
  const [{ icons }, names, entries] = await Promise.all([
    readJson('@iconify-json/noto/icons.json', iconData),
    readJson('@iconify-json/noto/chars.json', characterData),
    readJson('emojibase-data/en/data.json', emojiData),
  ]);
  const emoji: Emoji[] = [];
  for (const { label, tags, group, subgroup, hexcode } of entries) {
    const code = withoutVariation(hexcode);
    const icon = names[hexcode.toLowerCase()] ?? names[code];
    if (icon === undefined || icons[icon] === undefined || group === componentGroup) continue;
    emoji.push({ label, tags, group: group ?? -1, subgroup: subgroup ?? -1, hexcode: code, icon });
  }
  for (const icon of unlisted) {
    const label = icon.replaceAll('-', ' ');
    emoji.push({ label, tags: [], group: travelGroup, subgroup: buildingSubgroup, hexcode: '', icon });
  }
  for (const { icon, label, body } of ownDrawings) {
    emoji.push({ label, tags: [], group: travelGroup, subgroup: aircraftSubgroup, hexcode: '', icon });
    icons[icon] = { body };
  }
  const bodies = new Map(emoji.map(({ icon }) => [icon, icons[icon]?.body]));
  return { emoji, body: (icon) => bodies.get(icon) };
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  return schema.parse(JSON.parse(await readFile(loadFile.resolve(file), 'utf8')));
}

/** The key an emoji typed in a prompt is found by: skin tones and variation selectors do not count. */
export function withoutVariation(hexcode: string): string {
  return hexcode
    .toLowerCase()
    .split('-')
    .filter((code) => code !== 'fe0f' && code !== 'fe0e' && !/^1f3f[b-f]$/.test(code))
    .join('-');
}
