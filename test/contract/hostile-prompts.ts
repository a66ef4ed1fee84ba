/** Texts that somebody may well send, by what they are. */
export const hostilePrompts: readonly [name: string, prompt: string][] = [
  ['nothing', ''],
  ['spaces', ' \n\t '],
  ['20,000 characters', 'a cat and a dog, '.repeat(1200).slice(0, 20_000)],
  ['one word of 20,000 characters', 'a'.repeat(20_000)],
  ['only emoji', '🐱🛋️💤👩🏽‍🚀'],
  ['Chinese', '猫在沙发上睡觉'],
  ['control characters', 'a\u0000cat\u0007 \u001b[31m on\u202e a sofa'],
  ['half a surrogate pair', 'a cat \ud83d and \udc31'],
  ['SQL', "'; DROP TABLE prompts; --"],
  ['a script', '<script>alert(1)</script>'],
  ['the end of an SVG', '</svg><image href="file:///etc/passwd"/>'],
  ['an XML entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;'],
];
