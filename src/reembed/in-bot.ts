import { type TakenWork, takes } from '../handover/server.ts';
import type { Following } from '../memory/follow-move.ts';
import { type ReembedParts, reembed, reembedWork } from './job.ts';

interface BotMoveParts extends Omit<ReembedParts, 'workers' | 'offer' | 'onSwitched' | 'signal' | 'onEvent'> {
  /** The bot's own way to the new model. */
  bot: Pick<Following<never>, 'offer' | 'follow'>;
}

/** Moves by the running bot, which goes on with the new model. One worker, since people's requests share the cores, and it becomes the bot's own. */
export function takeMoves({ bot, ...parts }: BotMoveParts): TakenWork {
  return takes(reembedWork, (request, options) =>
    reembed(request, { ...parts, ...options, workers: 1, offer: bot.offer, onSwitched: bot.follow }),
  );
}
