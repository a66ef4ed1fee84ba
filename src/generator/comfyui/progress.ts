import type { GenerateOptions } from '../generator.ts';
import type { JobOptions } from './job.ts';

// What is left after the sampling: decoding and saving.
const shareOfSampling = 0.95;

/** Turns what ComfyUI tells of its nodes into the progress of a run of `count` workflows with so many samplers each. */
export function createJobProgress(count: number, samplers: number, report: GenerateOptions['onProgress']) {
  let done = 0;
  let fraction = 0;
  let seen = new Set<string>();
  let steps: { step: number; steps: number } | undefined;

  function rise(to: number, preview?: Uint8Array) {
    fraction = Math.max(fraction, to);
    report?.({ fraction, ...steps, ...(preview && { preview }) });
  }

  const heard: JobOptions['onMessage'] = (message) => {
    if (message.kind === 'preview') return rise(fraction, message.bytes);
    const { node, value, max } = message;
    seen.add(node ?? '');
    steps = { step: value, steps: max };
    const sampled = Math.min(1, (seen.size - 1 + value / max) / samplers);
    rise((done + sampled * shareOfSampling) / count);
  };

  return {
    heard,
    /** Picture `index` is here. */
    finished(index: number) {
      done = index + 1;
      seen = new Set();
      steps = undefined;
      rise(done / count);
    },
  };
}
