import type { BotError } from '../errors.ts';
import { type TakenWork, takes } from '../handover/server.ts';
import { movedTo } from '../store/vectors.ts';
import { type ReembedParts, reembed, reembedWork } from './job.ts';

interface BotMoveParts extends Omit<ReembedParts, 'workers' | 'onSwitched' | 'signal' | 'onEvent'> {
  /** What the bot embeds with. */
  model: string;
  /** Hears that the bot has to end: it embeds with the old model. */
  onFatal(error: BotError): void;
}

/** Moves by the running bot, beside its own model: one worker, since people's requests share the cores. */
export function takeMoves({ model, onFatal, ...parts }: BotMoveParts): TakenWork {
  return takes(reembedWork, (request, options) => {
    const onSwitched = (moved: string) => {
      if (moved !== model) onFatal(movedTo(moved, { setting: request.model }));
    };
    return reembed(request, { ...parts, ...options, workers: 1, onSwitched });
  });
}
