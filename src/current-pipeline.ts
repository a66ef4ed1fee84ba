import type { Config } from './config.ts';
import { createPromptCleaner } from './generator/clean-prompt.ts';
import type { ImageGenerator } from './generator/generator.ts';
import type { ImageFiles } from './images/image-files.ts';
import type { Logger } from './log.ts';
import type { Memory, ModelMemory } from './memory/memory.ts';
import type { Gate } from './moderation/gate.ts';
import type { Outbox } from './outbox.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { createNeighboursRefiner } from './refiner/neighbours.ts';
import type { Refiner } from './refiner/refiner.ts';
import { createSearch } from './search.ts';

interface CurrentPipelineParts {
  config: Config;
  memory: Pick<Memory, 'current'>;
  generator: ImageGenerator;
  images: ImageFiles;
  outbox: Outbox;
  gate: Gate;
  log: Logger;
}

/** The flow with the model that the database has now. One pipeline keeps to one model, so that vectors of two never meet. */
export async function createCurrentPipeline(parts: CurrentPipelineParts): Promise<() => Pipeline> {
  const { config, memory, log, ...shared } = parts;
  const refiner = await createRefiner(config, log);
  const cleanPrompt = createPromptCleaner({ allowLora: config.allowLora });
  const pipelines = new WeakMap<ModelMemory, Pipeline>();

  function pipelineOf({ embedder, store, calibration }: ModelMemory): Pipeline {
    const of = { ...shared, embedder, store, calibration: calibration.current };
    return createPipeline({ ...of, refiner, cleanPrompt, search: createSearch(of) });
  }

  return () => {
    const model = memory.current();
    const pipeline = pipelines.get(model) ?? pipelineOf(model);
    pipelines.set(model, pipeline);
    return pipeline;
  };
}

async function createRefiner({ openai }: Config, log: Logger): Promise<Refiner> {
  const fallback = createNeighboursRefiner();
  if (!openai) return fallback;
  const { createOpenAiRefiner } = await import('./refiner/openai.ts');
  return createOpenAiRefiner({ ...openai, log, fallback });
}
