import type { ProgressUpdate } from '../../../src/chat.ts';
import type { OutgoingFile, OutgoingMessage } from '../outgoing.ts';
import { buttonRows } from './buttons.ts';
import { escapeCut } from './markdown.ts';
import { fitPicture } from './pictures.ts';

const barLength = 16;
const longestLabel = 200;
// It is sent again and again.
const longestPreview = 512 * 1024;

/** A job's state as one short message: what is going on, a bar, the place in the queue or the time left, and a way to cancel. */
export function renderProgress(update: ProgressUpdate): OutgoingMessage {
  const { label, fraction, step, steps, etaSeconds, ahead, cancel } = update;
  // The label may tell the place already.
  const place = ahead === undefined || ahead === 0 || label.includes(`${ahead}`) ? [] : [`${ahead} ahead of you`];
  const left = etaSeconds === undefined ? [] : [`about ${duration(etaSeconds)} left`];
  const percent = fraction === undefined ? [] : [`\`${bar(fraction)}\` ${Math.round(fraction * 100)} %`];
  const drawn = step === undefined ? [] : [steps === undefined ? `step ${step}` : `step ${step} of ${steps}`];
  const details = [...percent, ...drawn, ...place, ...left].join(' · ');
  return {
    content: [`⏳ ${escapeCut(label, longestLabel)}`, details].filter(Boolean).join('\n'),
    components: cancel ? (buttonRows([cancel])[0] ?? []) : [],
  };
}

/** How the picture looks so far; nothing when the backend sent something else. */
export async function previewFiles(preview: Uint8Array): Promise<OutgoingFile[]> {
  try {
    const { bytes, extension } = await fitPicture(preview, longestPreview);
    return [{ name: `preview.${extension}`, bytes, description: 'How the picture looks so far' }];
  } catch {
    return [];
  }
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * barLength);
  return '█'.repeat(filled) + '░'.repeat(barLength - filled);
}

function duration(seconds: number): string {
  if (seconds < 1) return '1 s';
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
