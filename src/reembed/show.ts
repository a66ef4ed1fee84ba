import { type Meter, showShare } from '../importer/progress.ts';
import type { ReembedEvent } from './job.ts';

/** Shows a move on the operator's terminal. */
export function showReembed() {
  let meter: Meter | undefined;
  const stop = () => {
    meter?.stop();
    meter = undefined;
  };
  return {
    stop,
    show(event: ReembedEvent) {
      if (event.kind === 'share') {
        meter ??= showShare();
        meter.update(event.share, event.text);
      } else {
        stop();
        console.error(event.text);
      }
    },
  };
}
