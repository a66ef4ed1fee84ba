/** A prompt's text as the vocabulary knows it: lower case, no accents, no apostrophes, words joined by one space. */
export function normalise(text: string): string {
  return words(text).join(' ');
}

/** The words of a text: letters and digits of any script; a hyphen separates, an apostrophe does not. */
export function words(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/['’]/g, '');
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

const irregular = new Map(
  'mice mouse|geese goose|men man|women woman|children child|people person|teeth tooth|feet foot|oxen ox|wolves wolf|leaves leaf|knives knife|elves elf|loaves loaf|shelves shelf|wives wife|cacti cactus|octopi octopus|dice die|fungi fungus|buses bus|cookies cookie|pies pie|movies movie|selfies selfie|brownies brownie|zombies zombie|genies genie|pixies pixie|hooves hoof|scarves scarf|dwarves dwarf|calves calf|thieves thief|potatoes potato|tomatoes tomato|volcanoes volcano|heroes hero|mangoes mango|shoes shoe'
    .split('|')
    .map((pair) => pair.split(' ') as [string, string]),
);

/** The singular of a phrase's last word, or undefined when it has no plural ending. */
export function singular(phrase: string): string | undefined {
  const start = phrase.lastIndexOf(' ') + 1;
  const one = singularWord(phrase.slice(start));
  return one === undefined ? undefined : phrase.slice(0, start) + one;
}

function singularWord(word: string): string | undefined {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length < 4 || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return undefined;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return /(?:ches|shes|xes|sses|zes)$/.test(word) ? word.slice(0, -2) : word.slice(0, -1);
}
