/**
 * What could stand at the caret of a command line: `{from, items: [{insert, label, detail}]}`, or undefined.
 * `from` is where the replaced word begins. `suggest(command, option, typed)` answers for options with completions of their own.
 */
export async function complete(text, caret, commands, suggest) {
  if (!text.startsWith('/')) return undefined;
  const before = text.slice(0, caret);
  const from = before.search(/\S*$/);
  const word = before.slice(from);
  if (from === 0) return { from, items: commandItems(commands, word.slice(1)) };
  const command = commandOf(before, commands);
  if (!command) return undefined;
  const flag = /--([\w-]+)\s+$/.exec(before.slice(0, from))?.[1];
  const option = flag === undefined ? undefined : command.options[flag];
  if (option && option.type !== 'flag') return { from, items: await valueItems(command, flag, option, word, suggest) };
  return word.startsWith('-') ? { from, items: optionItems(command, before, word) } : undefined;
}

export function commandOf(text, commands) {
  const name = /^\/(\S+)/.exec(text)?.[1];
  return commands.find((command) => command.name === name);
}

/** One line that shows what a command takes. */
export function usageOf({ name, options }) {
  const shown = Object.entries(options).map(([optionName, option], index) => {
    if (option.type === 'image') return 'a picture';
    const written = index === 0 && option.type === 'text' ? optionName : `--${optionName}${valueHint(option)}`;
    return option.required ? written : `[${written}]`;
  });
  return [`/${name}`, ...shown].join(' ');
}

function commandItems(commands, typed) {
  return commands
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .map(({ name, description }) => ({ insert: `/${name} `, label: `/${name}`, detail: description }));
}

function optionItems(command, before, word) {
  return Object.entries(command.options)
    .filter(([name, { type }]) => type !== 'image' && `--${name}`.startsWith(word) && !before.includes(`--${name} `))
    .map(([name, option]) => ({
      insert: `--${name} `,
      label: `--${name}${valueHint(option)}`,
      detail: option.description,
    }));
}

async function valueItems(command, name, option, typed, suggest) {
  const values = await valuesOf(command, name, option, typed, suggest);
  return values
    .filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()))
    .map((value) => ({ insert: `${/\s/.test(value) ? JSON.stringify(value) : value} `, label: value, detail: '' }));
}

async function valuesOf(command, name, option, typed, suggest) {
  if (option.type === 'choice') return option.choices;
  if (option.suggests) return suggest(command.name, name, typed);
  const few = option.type === 'integer' && option.max - option.min < 10;
  return few ? Array.from({ length: option.max - option.min + 1 }, (_, index) => String(option.min + index)) : [];
}

function valueHint(option) {
  if (option.type === 'integer') return option.max - option.min < 1000 ? ` ${option.min}–${option.max}` : ' number';
  if (option.type === 'choice') return ' …';
  return option.type === 'text' ? ' text' : '';
}
