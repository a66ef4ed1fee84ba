import { isJson } from './blocks.ts';
import type { Json } from './workspace.ts';

/** The button with this id, or the entry of an overflow menu with this value. */
export function controlIn(blocks: readonly Json[], id: string) {
  for (const block of blocks) {
    const elements = Array.isArray(block['elements']) ? block['elements'].filter(isJson) : [];
    for (const element of elements) {
      if (element['action_id'] === id) return { block, element, option: undefined };
      const options = Array.isArray(element['options']) ? element['options'].filter(isJson) : [];
      const option = options.find((one) => one['value'] === id);
      if (option) return { block, element, option };
    }
  }
  return undefined;
}
