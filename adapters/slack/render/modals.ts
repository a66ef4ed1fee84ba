import type { types } from '@slack/bolt';
import type { Action, CommandInfo, CommandOption } from '../../../src/chat.ts';
import { limits, shorten } from './text.ts';

/** Characters; https://docs.slack.dev/reference/views/modal-views and the input elements. */
const modalLimits = { title: 24, hint: 2000, value: 3000 };

/** Callback ids of the modals. */
export const commandModal = 'command';
export const formModal = 'form';

/** The block and action id of a form's only field. */
export const formField = 'text';

/** All options of a command as a form; `values` are filled in. `memory` comes back with the submission. */
export function renderCommandModal(
  command: CommandInfo,
  values: Readonly<Record<string, unknown>>,
  memory: string,
): types.ModalView {
  const [main] = Object.entries(command.options).find(([, option]) => option.type === 'text') ?? [];
  const blocks = Object.entries(command.options).map(([name, option]) =>
    inputBlock(name, option, values[name], name === main),
  );
  return modal(commandModal, command.name, memory, blocks);
}

/** The form that an action asks for before it acts. */
export function renderFormModal(form: NonNullable<Action['form']>, memory: string): types.ModalView {
  const max_length = Math.min(form.maxLength, modalLimits.value);
  const element: types.PlainTextInput = {
    type: 'plain_text_input',
    action_id: formField,
    multiline: true,
    max_length,
    ...(form.value ? { initial_value: shorten(form.value, max_length) } : {}),
  };
  return modal(formModal, form.label, memory, [
    { type: 'input', block_id: formField, label: label(form.label), element },
  ]);
}

function modal(callback_id: string, name: string, memory: string, blocks: types.InputBlock[]): types.ModalView {
  return {
    type: 'modal',
    callback_id,
    private_metadata: memory,
    title: title(name),
    submit: { type: 'plain_text', text: 'Go' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks,
  };
}

function inputBlock(name: string, option: CommandOption, value: unknown, isMain: boolean): types.InputBlock {
  const optional = !(option.required || isMain);
  return {
    type: 'input',
    block_id: name,
    optional,
    label: label(isMain ? option.description : name.replaceAll(/[-_]/g, ' ')),
    ...(isMain ? {} : { hint: { type: 'plain_text', text: shorten(option.description, modalLimits.hint) } }),
    element: elementOf(name, option, value, isMain),
  };
}

function elementOf(name: string, option: CommandOption, value: unknown, isMain: boolean): types.InputBlock['element'] {
  const action_id = name;
  const text = value === undefined ? '' : String(value);
  switch (option.type) {
    case 'text': {
      if (option.suggests && !isMain) {
        return {
          type: 'external_select',
          action_id,
          min_query_length: 0,
          ...(text ? { initial_option: entry(text) } : {}),
        };
      }
      const max_length = Math.min(option.maxLength, modalLimits.value);
      const initial = text ? { initial_value: shorten(text, max_length) } : {};
      return { type: 'plain_text_input', action_id, multiline: isMain, max_length, ...initial };
    }
    case 'integer': {
      const initial = text ? { initial_value: text } : {};
      return {
        type: 'number_input',
        action_id,
        is_decimal_allowed: false,
        min_value: String(option.min),
        max_value: String(option.max),
        ...initial,
      };
    }
    case 'choice': {
      const chosen = option.choices.includes(text) ? { initial_option: entry(text) } : {};
      return { type: 'static_select', action_id, options: option.choices.slice(0, 100).map(entry), ...chosen };
    }
    case 'flag': {
      const initial = value === true || text === 'true' ? { initial_options: [entry('yes')] } : {};
      return { type: 'checkboxes', action_id, options: [entry('yes')], ...initial };
    }
    case 'image':
      return { type: 'file_input', action_id, filetypes: ['png', 'jpg', 'jpeg', 'gif', 'webp'], max_files: 4 };
  }
}

/** An entry of a menu; values hold 150 characters, which choices and suggestions stay within. */
export function entry(text: string): types.PlainTextOption {
  return { text: { type: 'plain_text', text: shorten(text, limits.label), emoji: false }, value: text };
}

function title(text: string): types.PlainTextElement {
  return { type: 'plain_text', text: shorten(text.charAt(0).toUpperCase() + text.slice(1), modalLimits.title) };
}

function label(text: string): types.PlainTextElement {
  return { type: 'plain_text', text: shorten(text, 200) };
}
