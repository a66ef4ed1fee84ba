import { type Calibration, createCalibration } from '../similarity.ts';
import type { PromptStore } from '../store/store.ts';

export interface Calibrated {
  current(): Calibration;
  /** The corpus has grown. */
  refresh(): Promise<void>;
}

/** The corpus tells what related and unrelated look like to its model; it grows, so the measure is taken again. */
export async function keepCalibrated(store: Pick<PromptStore, 'sampleCosines'>): Promise<Calibrated> {
  let calibration: Calibration = createCalibration(await store.sampleCosines());
  return {
    current: () => calibration,
    async refresh() {
      calibration = createCalibration(await store.sampleCosines());
    },
  };
}
