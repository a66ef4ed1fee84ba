import { BotError } from '../../../src/errors.ts';
import { openState } from '../../../src/state.ts';

/** Holds the state of a folder until it is killed; prints how that went. */
try {
  openState(process.argv[2] ?? '');
  console.log('open');
  setInterval(() => undefined, 1000);
} catch (error) {
  if (!(error instanceof BotError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
