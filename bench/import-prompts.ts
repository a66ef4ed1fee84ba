/** Prompts as people write them: a subject and a row of modifiers, 10 to 60 tokens, 35 in the mean. */
export function promptOf(index: number): string {
  const subjects = [
    'a cat sleeping on the sofa',
    'portrait of an old sailor',
    'a castle above the clouds',
    'a red car in the rain',
  ];
  const modifiers = [
    'highly detailed',
    'oil painting',
    'soft light',
    'sharp focus',
    'trending on artstation',
    'wide angle',
    '4k',
    'by the sea',
    'at night',
  ];
  const count = 1 + ((index * 7) % 13);
  const chosen = Array.from({ length: count }, (_, place) => modifiers[(index + place * 4) % modifiers.length]);
  return [`${subjects[index % subjects.length]} number ${index}`, ...chosen].join(', ');
}

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
