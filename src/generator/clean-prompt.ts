// Characters that show nothing: a form split by them is one again for whoever drops them.
const invisible = '[\\p{Default_Ignorable_Code_Point}\\p{Cf}]';
const hidden = `(?:\\s|${invisible})*`;
// stable-diffusion.cpp's compatibility APIs run the JSON between these (examples/server/routes_sdapi.cpp, routes_openai.cpp).
const openArguments = tag('sd_cpp_extra_args');
const closeArguments = tag('/sd_cpp_extra_args');
// A1111's extra networks, `<kind:arguments>` (modules/extra_networks.py): extensions may add kinds, so every kind goes.
const network = new RegExp(`<((?:[\\p{L}\\p{N}_]|${invisible})+):`, 'uy');
const weightFiles = new Set(['lora', 'lyco', 'hypernet']);
// Wildcard extensions replace `__name__` by a line of a file, and the oldest splits at every `__`; a lone `_` means nothing.
const wildcardMark = new RegExp(`_(?:${invisible}*_)+`, 'gu');

/**
 * Makes a prompt safe to send to any image server, whoever wrote it: removes what the server would execute or read
 * files for. Wildcards lose their marks and keep their word. `{a|b}`, `(word:1.2)`, `BREAK`, `AND` and `embedding:`
 * stay, since they reach nothing but the prompt itself. Other text stays as it is; cleaning twice changes nothing more.
 */
export function createPromptCleaner({ allowLora }: { allowLora: boolean }): (prompt: string) => string {
  const cleanOnce = (text: string) => withoutWildcards(withoutNetworks(withoutArguments(text), allowLora));
  return (prompt) => {
    let clean = prompt;
    // What is removed can join its two sides into a new form.
    for (let next = cleanOnce(clean); next !== clean; next = cleanOnce(clean)) clean = next;
    return clean === prompt ? prompt : tidy(clean);
  };
}

function tag(name: string): RegExp {
  return new RegExp(`<${hidden}${[...name].join(hidden)}${hidden}>`, 'giu');
}

/** Blocks with what they hold; a tag without its other half is removed alone. */
function withoutArguments(text: string): string {
  const ends = [...text.matchAll(closeArguments)].map((close) => close.index + close[0].length);
  let rest = '';
  let from = 0;
  let next = 0;
  for (const open of text.matchAll(openArguments)) {
    if (open.index < from) continue;
    const afterOpen = open.index + open[0].length;
    while (next < ends.length && (ends[next] ?? 0) <= afterOpen) next += 1;
    rest += text.slice(from, open.index);
    from = ends[next] ?? afterOpen;
  }
  return (rest + text.slice(from)).replace(closeArguments, '');
}

function withoutNetworks(text: string, allowLora: boolean): string {
  let rest = text;
  let at = rest.indexOf('<');
  while (at >= 0) {
    const end = networkEnd(rest, at, allowLora);
    if (end === undefined) {
      at = rest.indexOf('<', at + 1);
    } else {
      rest = rest.slice(0, at) + rest.slice(end);
      // The one before may be whole now.
      const before = at > 0 ? rest.lastIndexOf('<', at - 1) : -1;
      at = before >= 0 ? before : rest.indexOf('<', at);
    }
  }
  return rest;
}

/** Where the extra network that begins here ends; undefined where none that must go does. */
function networkEnd(text: string, at: number, allowLora: boolean): number | undefined {
  network.lastIndex = at;
  const kind = network.exec(text)?.[1];
  if (kind === undefined || (allowLora && weightFiles.has(kind.toLowerCase()))) return undefined;
  const end = text.indexOf('>', at);
  return end < 0 ? undefined : end + 1;
}

function withoutWildcards(text: string): string {
  return text.replace(wildcardMark, (mark, at: number) => {
    const parts = isWordAt(text, at - 1) && isWordAt(text, at + mark.length);
    return parts ? ' ' : '';
  });
}

function isWordAt(text: string, at: number): boolean {
  return /[\p{L}\p{N}]/u.test(text.charAt(at));
}

/** What a removed form leaves: double spaces and lone commas. */
function tidy(text: string): string {
  return text
    .replace(/[^\S\n]{2,}/g, ' ')
    .replace(/[^\S\n]+,/g, ',')
    .replace(/,{2,}/g, ',')
    .trim();
}
