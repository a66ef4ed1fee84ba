import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { createGate, type Gate } from './gate.ts';
import { createOpenAiModerator } from './openai.ts';
import { readWordList } from './word-list.ts';
import { createWordModerator } from './words.ts';

/** The gate that the settings ask for. Throws BotError `invalid_settings` for a faulty word list. */
export function openGate({ moderation }: Pick<Config, 'moderation'>, log: Logger): Gate {
  const { wordsFile, service, adultPolicy } = moderation;
  const entries = wordsFile === undefined ? [] : readWordList(wordsFile);
  if (wordsFile !== undefined) log.info({ entries: entries.length }, 'the list of blocked words is read');
  return createGate({
    words: createWordModerator(entries, log),
    service: service && createOpenAiModerator({ ...service, log }),
    policy: adultPolicy,
    log,
  });
}

/** Whether the local page may show adult content. */
export function isPageForAdults({ adultPolicy, adultPlaces }: Config['moderation']): boolean {
  return adultPolicy === 'allow' || (adultPolicy === 'restricted' && adultPlaces.web);
}
