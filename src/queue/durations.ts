/** An exponential moving average: the last few jobs count most. */
export function blend(usual: number | undefined, seconds: number): number {
  return usual === undefined ? seconds : usual * 0.7 + seconds * 0.3;
}

/** Seconds until a waiting job is done: `width` jobs at a time, each as long as they usually are. */
export function secondsUntilDone(usual: number | undefined, ahead: number, width: number): number | undefined {
  return usual === undefined ? undefined : usual * (Math.floor(ahead / width) + 1);
}
