import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIChatInputApplicationCommandInteraction,
  ApplicationCommandOptionType,
} from 'discord.js';
import type { Attachment, ChatHandler, Person } from '../../src/chat.ts';
import { pictureOption } from './attachments.ts';
import type { Suggestions } from './suggestions.ts';

interface CommandInput {
  /** As they were typed or chosen, for the introduction. */
  values: Record<string, string | number | boolean>;
  /** What the core is given. Throws BotErrors for files that are no pictures and completions that are gone. */
  read(): { options: Record<string, unknown>; attachments: Attachment[] };
}

/** The options of a slash command; uploaded files apart from the rest. */
export function readCommand(
  { data }: APIChatInputApplicationCommandInteraction,
  suggestions: Suggestions,
): CommandInput {
  const given = (data.options ?? []).flatMap((option) => ('value' in option ? [option] : []));
  const isFile = ({ type }: { type: ApplicationCommandOptionType }) => type === ApplicationCommandOptionType.Attachment;
  const typed = given.filter((option) => !isFile(option));
  const resolve = (value: string | number | boolean) =>
    typeof value === 'string' ? suggestions.resolve(value) : value;
  return {
    values: Object.fromEntries(typed.map(({ name, value }) => [name, shownOr(value, resolve)])),
    read: () => ({
      options: Object.fromEntries(typed.map(({ name, value }) => [name, resolve(value)])),
      attachments: given.filter(isFile).flatMap(({ value }) => {
        const file = data.resolved?.attachments?.[String(value)];
        return file ? [pictureOption(file)] : [];
      }),
    }),
  };
}

function shownOr<Value>(value: Value, resolve: (value: Value) => Value): Value {
  try {
    return resolve(value);
  } catch {
    return value;
  }
}

/** What completes the option being typed: a long list of choices by what they contain, or what the core suggests. */
export async function completionsFor(
  { data }: APIApplicationCommandAutocompleteInteraction,
  handler: ChatHandler,
  asker: { person: Person; scope: string },
): Promise<string[]> {
  const focused = (data.options ?? []).find((option) => 'focused' in option && option.focused);
  if (!focused || !('value' in focused)) return [];
  const typed = String(focused.value);
  const option = handler.commands.find(({ name }) => name === data.name)?.options[focused.name];
  if (option?.type === 'choice') {
    return option.choices.filter((choice) => choice.toLowerCase().includes(typed.trim().toLowerCase()));
  }
  return handler.suggest({ command: data.name, option: focused.name, typed, ...asker });
}
