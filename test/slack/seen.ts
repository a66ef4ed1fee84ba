import { isJson } from '../fakes/slack/blocks.ts';
import type { FakeMessage, Json } from '../fakes/slack/workspace.ts';

/** Everything readable in blocks, as a person sees it: entities are characters again. */
export function textIn(value: unknown): string {
  if (Array.isArray(value)) return value.map(textIn).join('\n');
  if (!isJson(value)) return '';
  const own = ['text', 'alt_text'].flatMap((name) => (typeof value[name] === 'string' ? [String(value[name])] : []));
  const inner = Object.values(value).flatMap((item) => (typeof item === 'object' ? [textIn(item)] : []));
  return [...own, ...inner].join('\n').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export function actionsIn({ blocks }: FakeMessage): { id: string; label: string }[] {
  return elementsOf(blocks).flatMap((element) => {
    if (element['type'] === 'button') return [{ id: String(element['action_id']), label: textIn(element['text']) }];
    return itemsOf(element['options']).map((option) => ({
      id: String(option['value']),
      label: textIn(option['text']),
    }));
  });
}

/** Pictures shown in full (neighbours' thumbnails aside). */
export function picturesIn({ blocks }: FakeMessage): Json[] {
  return blocks.filter(({ type }) => type === 'image');
}

function elementsOf(blocks: readonly Json[]): Json[] {
  return blocks.flatMap((block) => itemsOf(block['elements']));
}

export function itemsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}
