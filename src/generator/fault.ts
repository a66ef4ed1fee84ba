import { BotError, type BotErrorOptions, seeLog } from '../errors.ts';

export interface FaultOptions extends BotErrorOptions {
  /** See `GeneratorFault.madeNothing`. */
  madeNothing?: boolean | undefined;
  /** See `GeneratorFault.isOfRequest`. */
  isOfRequest?: boolean | undefined;
}

/** The BotError `generator_failed`: another backend may do better. */
export class GeneratorFault extends BotError {
  /** The backend surely drew nothing for it, so that a service which costs money charged nothing. */
  readonly madeNothing: boolean;
  /** What was asked for is the cause, so that it says nothing against the backend: another request does well there. */
  readonly isOfRequest: boolean;

  constructor(message: string, { madeNothing = false, isOfRequest = false, ...options }: FaultOptions = {}) {
    super('generator_failed', message, options);
    this.madeNothing = madeNothing;
    this.isOfRequest = isOfRequest;
  }

  /** The same fault, but for these. */
  with(changes: FaultOptions): GeneratorFault {
    const { cause, forOperator, madeNothing, isOfRequest } = this;
    return new GeneratorFault(this.message, { cause, forOperator, madeNothing, isOfRequest, ...changes });
  }
}

/** One that nobody but the operator can mend: people read `what` (no full stop at its end), the operator the remedy too. */
export function operatorsFault(what: string, remedy: string, options: FaultOptions = {}): GeneratorFault {
  return new GeneratorFault(`${what}; ${seeLog}.`, { ...options, forOperator: `${what}. ${remedy}` });
}

/** What any failure says to people. */
export function asFault(error: unknown): GeneratorFault {
  if (error instanceof GeneratorFault) return error;
  return operatorsFault('The image backend failed unexpectedly', 'That is a bug of this bot.', { cause: error });
}

/** What a fault is to people, without the words that several faults would only repeat. */
export function inShort({ message }: BotError): string {
  return message.replace(`; ${seeLog}.`, '.');
}
