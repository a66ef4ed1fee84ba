import sharp from 'sharp';

/** Pixels; a look at it is enough. */
const side = 256;
/** Between two previews of a job, in milliseconds. */
const pauseMs = 500;

/** How pictures under way look so far. They are in memory only, small, and at most two a second for each job. */
export interface Previews {
  /** Takes bytes from a backend, as often as it sends them; what is no picture is left out. */
  offer(job: string, bytes: Uint8Array): Promise<void>;
  /** A `data:` address of a WebP. */
  of(job: string): string | undefined;
  forget(job: string): void;
}

/** `onChange` is called with the job's id when it has a new preview; `now` gives milliseconds. */
export function createPreviews(onChange: (job: string) => void, now: () => number = () => performance.now()): Previews {
  const shown = new Map<string, string>();
  const begun = new Map<string, number>();

  return {
    async offer(job, bytes) {
      const last = begun.get(job);
      if (last !== undefined && now() - last < pauseMs) return;
      begun.set(job, now());
      const address = await shrink(bytes);
      // It may have ended meanwhile.
      if (!address || !begun.has(job)) return;
      shown.set(job, address);
      onChange(job);
    },
    of: (job) => shown.get(job),
    forget(job) {
      shown.delete(job);
      begun.delete(job);
    },
  };
}

async function shrink(bytes: Uint8Array): Promise<string | undefined> {
  try {
    const small = await sharp(bytes)
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 70 })
      .toBuffer();
    return `data:image/webp;base64,${small.toString('base64')}`;
  } catch {
    return undefined;
  }
}
