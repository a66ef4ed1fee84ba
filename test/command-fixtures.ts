import type { CommandInfo } from '../src/chat.ts';
import { BotError } from '../src/errors.ts';

/** A command with an option of every type. */
export const promptCommand: CommandInfo = {
  name: 'prompt',
  description: 'Make pictures',
  options: {
    text: { type: 'text', required: true, maxLength: 100, description: 'What you want to see' },
    count: { type: 'integer', min: 1, max: 4, description: 'How many pictures' },
    aspect: { type: 'choice', choices: ['1:1', '16:9'], description: 'Width to height' },
    negative: { type: 'text', maxLength: 50, description: 'What must not be in the picture' },
    style: { type: 'choice', choices: ['Pixel', 'Pixel art', 'Watercolor'], description: 'A style' },
    raw: { type: 'flag', description: 'Use the words as they are' },
    image: { type: 'image', description: 'A picture' },
  },
};
/** The message of the BotError that this throws. */
export function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BotError && error.code === 'invalid_input') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
