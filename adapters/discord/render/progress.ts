import type { ProgressUpdate } from '../../../src/chat.ts';
import type { OutgoingMessage } from '../outgoing.ts';
import { buttonRows } from './buttons.ts';
import { escapeCut } from './markdown.ts';

const barLength = 16;
const longestLabel = 200;

/** A job's state as one short message: what is going on, a bar, the place in the queue or the time left, and a way to cancel. */
export function renderProgress({ label, fraction, etaSeconds, ahead, cancel }: ProgressUpdate): OutgoingMessage {
  // The label may tell the place already.
  const place = ahead === undefined || ahead === 0 || label.includes(`${ahead}`) ? [] : [`${ahead} ahead of you`];
  const left = etaSeconds === undefined ? [] : [`about ${duration(etaSeconds)} left`];
  const percent = fraction === undefined ? [] : [`\`${bar(fraction)}\` ${Math.round(fraction * 100)} %`];
  const details = [...percent, ...place, ...left].join(' · ');
  return {
    content: [`⏳ ${escapeCut(label, longestLabel)}`, details].filter(Boolean).join('\n'),
    components: cancel ? (buttonRows([cancel])[0] ?? []) : [],
  };
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * barLength);
  return '█'.repeat(filled) + '░'.repeat(barLength - filled);
}

function duration(seconds: number): string {
  if (seconds < 1) return '1 s';
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
