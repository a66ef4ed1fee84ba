import { BotError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { type GeneratorFault, operatorsFault } from './fault.ts';
import type { ModelList } from './model-list.ts';

// As many as fit a chat message without hiding what is wrong.
const mostNamed = 15;
const longestName = 100;

/** BotError `invalid_input`: says that there is no such model, which one may be meant, and those there are. `more` follows. */
export function unknownModel(model: string, known: readonly string[], more = ''): BotError {
  const nearest = nearestName(model, known);
  const parts = [
    `There is no image model ${model.slice(0, longestName)} here.`,
    nearest === undefined ? '' : `Did you mean ${nearest}?`,
    listed(known),
    more,
  ];
  return new BotError('invalid_input', parts.filter(Boolean).join(' '));
}

/** The fault of a server that has not the model which the settings name. */
export function unknownSetModel(sender: string, model: string, known: readonly string[]): GeneratorFault {
  const remedy = `${unknownModel(model, known).message} Change model= in IMAGE_BACKENDS.`;
  return operatorsFault(`${sender} has not the model that this bot is set to`, remedy, { madeNothing: true });
}

/** Throws `unknownModel` for one that is not in the list. Where the list is not to be had in time, the run itself finds out. */
export function createModelCheck(models: ModelList) {
  return async (model: string): Promise<void> => {
    const known = models.known()?.includes(model) ? [model] : await models.fresh().catch(() => [model]);
    if (!known.includes(model)) throw unknownModel(model, known);
  };
}

function listed(known: readonly string[]): string {
  if (known.length === 0) return 'There is none at all.';
  const rest = known.length - mostNamed;
  return `There are: ${known.slice(0, mostNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}
