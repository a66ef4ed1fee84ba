import { parseArgs } from 'node:util';
import { BotError } from '../errors.ts';

const usage = `Usage: npm run reembed -- [--model HUB_ID|FOLDER|tiny] [--keep] [--allow-host HOST]

  --model        the CLIP model to move the database to; CLIP_MODEL unless given
  --keep         keep the tables of the old model, as generations_before, prompts_before and prompt_images_before
  --allow-host   a host that may have a private address, when pictures lead there (may be repeated)

A move that was stopped goes on when the same command is run again.`;

export interface ReembedRequest {
  model: string;
  keep: boolean;
  allowHosts: string[];
}

/** Throws BotError `invalid_input` with the usage. */
export function readArguments(args: string[], clipModel: string | undefined): ReembedRequest {
  const { values } = parse(args);
  const model = values.model ?? clipModel;
  if (!model) throw new BotError('invalid_input', usage);
  return { model, keep: values.keep, allowHosts: values['allow-host'] };
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
