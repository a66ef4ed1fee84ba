import { hash } from 'node:crypto';

/** Prompts that differ in letter case and spaces alone are one, as in the answers of a search. */
export function normalisePrompt(prompt: string): string {
  return prompt.trim().toLowerCase().replaceAll(/\s+/g, ' ');
}

/** 64 bits of SHA-256, as two unsigned halves. Among a million texts two differ in them but for a chance of 1 in 30 million. */
export function hashText(text: string): [number, number] {
  const digest = hash('sha256', text, 'buffer');
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** A stable id for a prompt whose file has none: 32 hex digits. */
export function idOfPrompt(prompt: string): string {
  return hash('sha256', normalisePrompt(prompt)).slice(0, 32);
}
