import type { BotError } from '../errors.ts';
import type { Embedder } from './embedder.ts';

interface RetirableEmbedder extends Embedder {
  /** From here on, also when it is closed, whoever waits for it or asks it gets this error. */
  retire(error: BotError): void;
}

/** An embedder that may give way to another while the program runs. */
export function retirable(embedder: Embedder): RetirableEmbedder {
  let retired: BotError | undefined;
  const unlessRetired = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (retired) throw retired;
    const outcome = await work().catch((error: unknown) => {
      throw retired ?? error;
    });
    if (retired) throw retired;
    return outcome;
  };
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    embedTexts: (texts, options) => unlessRetired(() => embedder.embedTexts(texts, options)),
    embedImages: (images, options) => unlessRetired(() => embedder.embedImages(images, options)),
    close: () => embedder.close(),
    retire(error) {
      retired = error;
    },
  };
}
