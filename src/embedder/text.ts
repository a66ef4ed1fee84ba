/** 77 tokens never need more: the longest tokens of CLIP's vocabulary are runs of a few dozen characters. */
const maxCharacters = 8_000;

const controls = /\p{Cc}+/gu;
/** With the `u` flag a surrogate matches only when it stands alone. */
const loneSurrogates = /\p{Cs}/gu;
/** A person's text must never hold CLIP's own marks: all after an end mark would be ignored. */
const marks = /<\|(?:start|end)oftext\|>/gi;

/** The part of a text that can matter to the tokenizer; cheap for megabytes. */
export function cutText(text: string): string {
  return text.slice(0, maxCharacters);
}

/**
 * What is left of a person's text for the tokenizer: no control characters, lone surrogates or marks of CLIP's own.
 * Each becomes a space or U+FFFD in place of nothing, so that no new mark can form from the pieces.
 */
export function cleanText(text: string): string {
  return text.replace(controls, ' ').replace(loneSurrogates, '\uFFFD').replace(marks, ' ').trim();
}
