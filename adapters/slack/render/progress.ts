import type { ProgressUpdate } from '../../../src/chat.ts';
import { actionBlocks } from './actions.ts';
import type { SlackMessage } from './card.ts';
import { plainSections, shortenEscaped } from './text.ts';

const barLength = 12;

/**
 * Where a job stands, as one message: a text bar, the place in the queue, the time left, and the control that cancels it.
 * Previews are left out: a picture in Slack is an upload that a message can't exchange, so each would stay as a file of its own.
 */
export function renderProgress(update: ProgressUpdate): SlackMessage {
  const text = lineOf(update);
  const ended = update.status === 'failed' || update.status === 'cancelled' || update.status === 'done';
  const actions = update.cancel && !ended ? [update.cancel] : [];
  return { text: shortenEscaped(text, 300), blocks: [...plainSections(text), ...actionBlocks(actions)] };
}

function lineOf({ status, label, fraction, step, steps, etaSeconds }: ProgressUpdate): string {
  if (status === 'cancelled' || status === 'failed') return `✖️ ${label}`;
  const bar = fraction === undefined ? [] : [`${barOf(fraction)} ${Math.round(fraction * 100)} %`];
  const count = status === 'running' && step !== undefined && steps !== undefined ? [`step ${step} of ${steps}`] : [];
  const left = etaSeconds === undefined || status === 'done' ? [] : [timeLeft(etaSeconds)];
  return [status === 'queued' ? '⏳' : '', [...bar, label, ...count, ...left].filter(Boolean).join(' · ')]
    .filter(Boolean)
    .join(' ');
}

function barOf(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * barLength);
  return '▰'.repeat(full) + '▱'.repeat(barLength - full);
}

function timeLeft(seconds: number): string {
  if (seconds < 1) return 'nearly there';
  return seconds < 90 ? `about ${Math.ceil(seconds)} s left` : `about ${Math.round(seconds / 60)} min left`;
}
