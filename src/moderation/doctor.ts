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
    ...(wordsFile === undefined ? [] : [checkWordsFile(wordsFile)]),
    ...(service ? [await checkService(service, secrets)] : []),
  ];
}

function checkWordsFile(file: string): Check {
  const name = 'Blocked words';
  try {
    return { name, ok: true, detail: `${readWordList(file).length} entries in ${file}` };
  } catch (error) {
    return failed(name, error);
  }
}

async function checkService(service: ModerationService, secrets: readonly string[]) {
  const name = "OpenAI's moderation";
  const log = createLog('silent', secrets);
  const moderator = createOpenAiModerator({ ...service, pictures: false, passesWhenDown: false, log });
  try {
    await moderator.judgeTexts(['a cat on a sofa']);
    return { name, ok: true, detail: `${moderationModel} answers` };
  } catch (error) {
    return failed(name, error);
  }
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof BotError)) throw error;
  return { name, ok: false, detail: operatorsWords(error) };
}
