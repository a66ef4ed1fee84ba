import type { CommandInfo, CommandOption } from '../src/chat.ts';
import { defineCommand } from '../src/command.ts';

const closing =
  'Reply with a picture to find prompts that made something like it.\n' +
  'Under pictures: 👍 👎 teach the next search, 🔁 again with a new seed, ✨ refine again, 🎨 another style, 🔎 similar prompts, ✏️ edit, 🗑️ delete your own.';

/** `/help`: every command with its options. */
export const help = defineCommand({
  name: 'help',
  description: 'What the bot can do',
  lane: 'quick',
  personal: true,
  options: {},
  async run(context) {
    const text = [...context.services.commands.map(describe), closing].join('\n\n');
    return { card: { text, personal: true, actions: [] } };
  },
});

function describe({ name, description, options }: CommandInfo): string {
  const lines = Object.entries(options).map(
    ([option, definition]) => `  ${flagOf(option, definition)}: ${definition.description}`,
  );
  return [`/${name}: ${description}`, ...lines].join('\n');
}

function flagOf(name: string, option: CommandOption): string {
  if (option.type === 'choice') return `--${name} ${option.choices.join(' | ')}`;
  if (option.type === 'integer') return `--${name} ${option.min}..${option.max}`;
  if (option.type === 'image') return 'a picture';
  return option.type === 'flag' || !option.required ? `--${name}` : name;
}
