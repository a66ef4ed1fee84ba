import { hash } from 'node:crypto';

// Not every space, since nearly all of them stand alone and stay as they are.
const unlikeOneSpace = /\s{2,}|[^\S ]/g;

/** Prompts that differ in letter case and spaces alone are one, as in the answers of a search. */
export function normalisePrompt(prompt: string): string {
  return prompt.trim().toLowerCase().replace(unlikeOneSpace, ' ');
}

/** 64 bits of SHA-256, as two unsigned halves. Among a million texts two differ in them but for a chance of 1 in 30 million. */
export function hashText(text: string): [number, number] {
  // A string of bytes takes a third of the time of a buffer.
  const bytes = hash('sha256', text, 'binary');
  return [halfAt(bytes, 0), halfAt(bytes, 4)];
}

function halfAt(bytes: string, at: number): number {
  let half = 0;
  for (let place = 3; place >= 0; place--) half = half * 256 + bytes.charCodeAt(at + place);
  return half;
}

/** A stable id for a prompt whose file has none: 32 hex digits. */
export function idOfPrompt(prompt: string): string {
  return hash('sha256', normalisePrompt(prompt)).slice(0, 32);
}
