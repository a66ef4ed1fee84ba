import { createCancelling } from './cancelling.ts';
import type { Adapter, ChatHandler, NeighbourView } from './chat.ts';
import type { ActionHandler, Command, Services } from './command.ts';
import type { Config } from './config.ts';
import { createCurrentPipeline } from './current-pipeline.ts';
import { createDemo } from './demo/demo.ts';
import type { BotError } from './errors.ts';
import { createForget } from './forget.ts';
import { createGenerator } from './generator/choose.ts';
import { rememberModels } from './generator/model-list.ts';
import { createSketchGenerator } from './generator/sketch.ts';
import { createModelCheck } from './generator/unknown-model.ts';
import { createHandler } from './handler.ts';
import { type AgreeOnKey, createUserHash, exemption } from './identity.ts';
import { createImageFiles } from './images/choose.ts';
import type { ImageFiles } from './images/image-files.ts';
import type { JobPayload } from './job.ts';
import type { Logger } from './log.ts';
import { openMemory } from './memory/memory.ts';
import { isPageForAdults, openGate } from './moderation/choose.ts';
import { moderateProvenance } from './moderation/moderated-provenance.ts';
import { unmarked } from './moderation/shown.ts';
import { createOutbox, type OutboxParts } from './outbox.ts';
import { createOutboxModel } from './outbox-model.ts';
import { createProvenance, type Provenance } from './provenance.ts';
import { chooseQueue } from './queue/choose.ts';
import { createRunner } from './runner.ts';
import type { Search } from './search.ts';
import type { State } from './state.ts';
import { createSuggest } from './suggest.ts';
import { createWorks } from './works.ts';

/** The running core: what adapters are given, and its beginning and end. */
export interface Core {
  readonly handler: ChatHandler;
  readonly state: State;
  readonly images: ImageFiles;
  readonly engine: string;
  readonly model: string;
  /** What people should know, in plain lines: the bundled model is in use, the demo corpus is still being drawn. */
  notices(): string[];
  search(query: SearchQuery, options: { scope: string; limit: number; signal: AbortSignal }): Promise<NeighbourView[]>;
  /** Takes up the jobs that were left, and then new ones. */
  start(adapters: readonly Adapter[]): void;
  /** Waits for the jobs under way, or hands them back for the next start; then closes everything. */
  stop(): Promise<void>;
}

export interface SearchQuery {
  text?: string | undefined;
  /** A clean copy (src/images/encode.ts). */
  image?: Uint8Array | undefined;
}

interface CoreParts {
  config: Config;
  log: Logger;
  commands: readonly Command[];
  actions: readonly ActionHandler[];
  signal: AbortSignal;
  /** Hears of what no retry can mend: the database was moved to another model. */
  onFatal(error: BotError): void;
}

const quickWidth = 4;
// Platforms want suggestions within 3 seconds.
const modelsMs = 2000;
/** Milliseconds that running jobs are given when the process stops, before they are handed back for the next start. Docker kills after 10 s. */
export const stopGraceMs = 6000;

/** Picks an implementation for every port by the settings, and joins them. Throws BotErrors that name what is wrong and the remedy. */
export async function openCore({ config, log, commands, actions, signal, onFatal }: CoreParts): Promise<Core> {
  const gate = await openGate(config, log);
  const images = await createImageFiles(config, log);
  const memory = await openMemory({ config, log, signal, onFatal });
  const { state, following } = memory;
  // What touches no vectors may use the store of any model.
  const { store } = memory.current();
  const within: OutboxParts['within'] = (work) =>
    following((model) => work({ store: model.store, model: createOutboxModel(model.plainEmbedder, images) }));
  const outbox = createOutbox({ state, within, log });
  const { redisUrl, bounds, quota, quotaExempt } = config.queue;
  const width = { quick: quickWidth, image: config.image.concurrency };
  const queue = await chooseQueue<JobPayload>(state, redisUrl, { bounds, quota, width, log });
  const hashUser = await createUserHash(config.dataDir, agreeingOver(redisUrl, log));
  const generator = await createGenerator(config.image, log);
  const models = rememberModels(generator, { timeoutMs: modelsMs });
  const pipeline = await createCurrentPipeline({ config, memory, generator, images, outbox, gate, log });
  const onGrowth = () => memory.current().calibration.refresh();
  const demo = createDemo({
    within: following,
    images,
    generator: createSketchGenerator(),
    state,
    log,
    signal,
    onGrowth,
  });
  await demo.begin();
  const works = createWorks({ config, memory, images, log, onGrowth });
  await works.start();

  const provenance = moderateProvenance(createProvenance({ store, outbox, images }), gate);
  const services: Services = {
    get pipeline() {
      return pipeline();
    },
    store,
    outbox,
    images,
    commands,
    provenance,
    ...createForget({ store, outbox, images }),
    ...createCancelling(queue),
  };
  const suggest = createSuggest({ store, outbox, hashUser, models });
  return {
    handler: createHandler({
      commands,
      actions,
      queue,
      images,
      outbox,
      hashUser,
      gate,
      forgetUploads: services.forgetUploads,
      log,
      suggest,
      isExempt: exemption(quotaExempt),
      sharesData: config.clickhouseUrl !== undefined && config.s3 !== undefined,
      checkModel: createModelCheck(models),
    }),
    state,
    images,
    engine: store.engine,
    get model() {
      return memory.current().model;
    },
    notices: () => [memory.current().notice, demo.notice()].flatMap((line) => line ?? []),
    async search(query, options) {
      gate.checkWords({ texts: query.text === undefined ? [] : [query.text] }, { user: options.scope });
      const found = await following(
        () => searchDirectly({ search: pipeline().search, provenance }, query, options),
        options,
      );
      return isPageForAdults(config.moderation) ? found.map(unmarked) : found;
    },
    start(adapters) {
      const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));
      const { policy: adultPolicy } = gate;
      queue.start(
        createRunner({ adapters: byName, commands, actions, services, followMoves: following, adultPolicy, log }),
      );
      memory.warm();
    },
    async stop() {
      await Promise.all([queue.stop({ graceMs: stopGraceMs }), demo.stop(), works.stop()]);
      await queue.close();
      await outbox.close();
      await memory.close();
    },
  };
}

function agreeingOver(redisUrl: string | undefined, log: Logger): AgreeOnKey | undefined {
  if (redisUrl === undefined) return undefined;
  return async (ours, fresh, file) => {
    const { agreeOnKey } = await import('./queue/shared-key.ts');
    return agreeOnKey(redisUrl, ours, fresh, file, log);
  };
}

async function searchDirectly(
  { search, provenance }: { search: Search; provenance: Provenance },
  { text, image }: SearchQuery,
  options: Parameters<Core['search']>[1],
): Promise<NeighbourView[]> {
  if (!image) return search.byText(text ?? '', options);
  const carried = await provenance.read(image, options.scope);
  if (!carried) return search.byImages([image], options);
  const { match } = carried;
  const similar = await search.byImages([image], { ...options, exclude: [match.id], excludePrompt: match.prompt });
  return [match, ...similar].slice(0, options.limit);
}
