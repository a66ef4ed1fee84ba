import { parseArgs } from 'node:util';
import { fromAnywhere } from '../embedder/choose.ts';
import { BotError } from '../errors.ts';
import type { ReembedRequest } from './job.ts';

const usage = `Usage: npm run reembed -- [--model HUB_ID|FOLDER|tiny] [--keep] [--allow-host HOST]

  --model        the CLIP model to move the database to; CLIP_MODEL unless given
  --keep         keep the tables of the old model, as generations_before, prompts_before and prompt_images_before
  --allow-host   a host that may have a private address, when pictures lead there (may be repeated)

A move that was stopped goes on when the same command is run again. While the bot runs on the embedded database, it does the move.`;

/** Throws BotError `invalid_input` with the usage, or `invalid_settings` when the model is none. */
export function readArguments(args: string[], clipModel: string | undefined): ReembedRequest {
  const { values } = parse(args);
  const setting = values.model === undefined ? 'CLIP_MODEL' : '--model';
  const model = values.model ?? clipModel;
  if (!model) throw new BotError('invalid_input', usage);
  return { model: fromAnywhere(model, setting), setting, keep: values.keep, allowHosts: values['allow-host'] };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        model: { type: 'string' },
        keep: { type: 'boolean', default: false },
        'allow-host': { type: 'string', multiple: true, default: [] },
      },
    });
  } catch (cause) {
    throw new BotError('invalid_input', usage, { cause });
  }
}
