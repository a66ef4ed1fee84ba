import { type Meter, showShare } from '../importer/progress.ts';
import type { ReembedEvent } from './job.ts';

/** Shows a move on the operator's terminal. */
export function showReembed(terminal?: Parameters<typeof showShare>[0]) {
  const write = (line: string) => void (terminal ?? process.stderr).write(`${line}\n`);
  let meter: Meter | undefined;
  let isSwitched = false;
  const stop = () => {
    meter?.stop();
    meter = undefined;
  };
  const start = () => {
    meter = showShare(terminal);
    return meter;
  };
  return {
    stop,
    /** True once the new tables are in use. */
    isSwitched: () => isSwitched,
    show(event: ReembedEvent) {
      if (event.kind === 'share') {
        (meter ?? start()).update(event.share, event.text);
        return;
      }
      stop();
      write(event.text);
      if (event.kind !== 'step') return;
      isSwitched = event.isSwitched;
      start().update(undefined, event.text);
    },
  };
}
