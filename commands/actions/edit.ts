import type { ActionHandler } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import { findGeneration } from '../find.ts';
import { derivedFrom, runFlow } from '../run.ts';

/** ✏️ runs the prompt as the person rewrote it, word for word. */
export const edit: ActionHandler = {
  name: 'edit',
  lane: 'image',
  emoji: '✏️',
  async run(context, { target, text }) {
    const edited = text?.trim();
    if (!edited) throw new BotError('invalid_input', 'The edited prompt is empty. Write what you want to see.');
    return runFlow(context, { ...derivedFrom(await findGeneration(context, target)), asked: edited, text: edited });
  },
};
