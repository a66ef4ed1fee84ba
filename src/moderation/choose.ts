import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { createGate, type Gate } from './gate.ts';
import type { Moderator } from './moderator.ts';
import type { OpenAiModerationSettings } from './openai.ts';
import { readWordList } from './word-list.ts';
import { createWordModerator } from './words.ts';

/** The gate that the settings ask for. Throws BotError `invalid_settings` for a faulty word list. */
export async function openGate({ moderation }: Pick<Config, 'moderation'>, log: Logger): Promise<Gate> {
  const { wordsFile, service, adultPolicy } = moderation;
  const entries = wordsFile === undefined ? [] : readWordList(wordsFile);
  if (wordsFile !== undefined) log.info({ entries: entries.length }, 'the list of blocked words is read');
  return createGate({
    words: createWordModerator(entries, log),
    service: service && (await openService({ ...service, log })),
    policy: adultPolicy,
    log,
  });
}

async function openService(settings: OpenAiModerationSettings): Promise<Moderator> {
  const { createOpenAiModerator } = await import('./openai.ts');
  return createOpenAiModerator(settings);
}

/** Whether the local page may show adult content. */
export function isPageForAdults({ adultPolicy, adultPlaces }: Config['moderation']): boolean {
  return adultPolicy === 'allow' || (adultPolicy === 'restricted' && adultPlaces.web);
}
