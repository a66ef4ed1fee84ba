import { BotError } from './errors.ts';
import { readOwnWorkflow } from './generator/comfyui/workflow.ts';
import { readWordList } from './moderation/word-list.ts';

/** Settings that name a file, by what reads it; each throws BotError `invalid_settings` with the remedy. */
const readers = {
  BLOCKED_WORDS_FILE: readWordList,
  COMFYUI_WORKFLOW: (file: string) => readOwnWorkflow('COMFYUI_WORKFLOW', file),
  COMFYUI_SOURCE_WORKFLOW: (file: string) => readOwnWorkflow('COMFYUI_SOURCE_WORKFLOW', file),
};

/** What is wrong with the files that settings name. */
export function fileFaults(given: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(readers).flatMap(([name, read]) => {
    const file = given[name];
    return file === undefined ? [] : faultsOf(() => read(file));
  });
}

function faultsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return [error.message.replaceAll('\n', '\n  ')];
  }
}
