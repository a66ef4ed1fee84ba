import type { Config } from '../config.ts';
import type { Check } from '../doctor.ts';
import { BotError, operatorsWords } from '../errors.ts';
import { createLog } from '../log.ts';
import type { ModerationService } from '../moderation-settings.ts';
import { createOpenAiModerator, moderationModel } from './openai.ts';
import { readWordList } from './word-list.ts';

/** Whether the operator's list can be read, and OpenAI's moderation answers; nothing where neither is set. */
export async function checkModeration({ moderation, secrets }: Config): Promise<Check[]> {
  const { wordsFile, service } = moderation;
  return [
    // A list with faults is one of the settings' faults.
    ...(wordsFile === undefined ? [] : [wordsIn(wordsFile)]),
    ...(service ? [await checkService(service, secrets)] : []),
  ];
}

function wordsIn(file: string): Check {
  return { name: 'Blocked words', ok: true, detail: `${readWordList(file).length} entries in ${file}` };
}

async function checkService(service: ModerationService, secrets: readonly string[]) {
  const name = "OpenAI's moderation";
  const log = createLog('silent', secrets);
  const moderator = createOpenAiModerator({ ...service, pictures: false, passesWhenDown: false, log });
  try {
    await moderator.judgeTexts(['a cat on a sofa']);
    return { name, ok: true, detail: `${moderationModel} answers` };
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return { name, ok: false, detail: operatorsWords(error) };
  }
}
