import { onTestFinished } from 'vitest';
import { type RunningWeb, type Setup, startWeb } from './scripted.ts';

/** As `startWeb`, closed at the end of the test. */
export async function openWeb(setup: Setup = {}): Promise<RunningWeb> {
  const web = await startWeb(setup);
  onTestFinished(web.close);
  return web;
}
