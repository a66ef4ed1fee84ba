import {
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import type { Form } from './records.ts';
import { chunks } from './render/chunks.ts';
import { cut } from './render/markdown.ts';

const longestTitle = 45;
const longestInput = 4000;
const mostInputs = 5;

/** The modal for a control's form, prefilled; a value longer than one input goes on in the next. */
export function modalFor(action: string, { label, value, maxLength }: Form): APIModalInteractionResponseCallbackData {
  const values = chunks([...value], longestInput / 2).map((part) => part.join(''));
  const texts = values.length > 1 ? chunks(values, 2).map((pair) => pair.join('')) : [value];
  const inputs = texts.slice(0, mostInputs);
  return {
    custom_id: action,
    title: cut(label, longestTitle),
    components: inputs.map((text, index) => ({
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.TextInput,
          custom_id: `text-${index}`,
          label: cut(inputs.length > 1 ? `${label} (${index + 1} of ${inputs.length})` : label, longestTitle),
          style: TextInputStyle.Paragraph,
          value: text,
          max_length: inputs.length > 1 ? longestInput : Math.min(maxLength, longestInput),
          required: index === 0,
        },
      ],
    })),
  };
}

/** What a form was sent with. */
export function submittedText({ components }: APIModalSubmission): string {
  const inputs = components.flatMap((row) => {
    if ('components' in row) return row.components;
    return 'component' in row ? [row.component] : [];
  });
  return inputs.map((input) => ('value' in input && typeof input.value === 'string' ? input.value : '')).join('');
}
