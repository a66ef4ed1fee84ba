import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Embedder } from '../embedder/embedder.ts';
import { fingerprintOf, modelSettings } from '../embedder/model-name.ts';
import { openEmbedder } from '../embedder/open.ts';
import type { Work, WorkOptions } from '../handover/work.ts';
import type { ImageFiles } from '../images/image-files.ts';
import { openPictures } from '../importer/open-pictures.ts';
import type { Logger } from '../log.ts';
import type { State } from '../state.ts';
import type { Database } from '../store/database.ts';
import { describeOutcome } from './describe.ts';
import { runReembed } from './run.ts';

/** What an operator asks for; plain data, since a running bot takes it from another process. */
const reembedRequestSchema = z.object({
  /** A hub id, `tiny`, or the absolute path of a folder. */
  model: z.string(),
  /** Where it was named. */
  setting: z.enum(modelSettings),
  keep: z.boolean(),
  /** Hosts that may have private addresses. */
  allowHosts: z.array(z.string()),
});

export type ReembedRequest = z.infer<typeof reembedRequestSchema>;

/** What there is to tell: a line, how much (0 to 1) of the step that `text` tells of is done, or the next step, and whether the new tables are in use in it. */
const reembedEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('line'), text: z.string() }),
  z.object({ kind: z.literal('share'), share: z.number(), text: z.string() }),
  z.object({ kind: z.literal('step'), text: z.string(), isSwitched: z.boolean() }),
]);

export type ReembedEvent = z.infer<typeof reembedEventSchema>;

export const reembedWork: Work<ReembedRequest, ReembedEvent> = {
  name: 'move',
  title: 'a move to another model',
  request: reembedRequestSchema,
  event: reembedEventSchema,
};

export interface ReembedParts extends WorkOptions<ReembedEvent> {
  config: Pick<Config, 'clipModel' | 'dataDir' | 'hubUrl' | 'maxImageBytes'>;
  database: Pick<Database, 'storedModel' | 'move'>;
  images: ImageFiles;
  state: State;
  /** Models side by side (see src/embedder/clip.ts). */
  workers: number;
  /** The model, once it is loaded, for a program that goes on with it; see `Following.offer`. */
  offer?: ((embedder: Embedder) => () => Promise<void>) | undefined;
  /** The new tables are in use; from here on it is not stopped any more. */
  onSwitched?: (() => Promise<void>) | undefined;
  log: Logger;
}

/** Moves the database to another model, or goes on with that. Throws the BotErrors of `openEmbedder`, `Database.move`, embedding and storing. */
export async function reembed(request: ReembedRequest, parts: ReembedParts): Promise<void> {
  const { config, workers, offer, log, signal } = parts;
  const { dataDir, hubUrl } = config;
  const { model: clipModel, setting } = request;
  // Hundreds of pictures wait at once, each for the same signal.
  setMaxListeners(0, signal);
  const { embedder } = await openEmbedder({
    clipModel,
    setting,
    storedModel: undefined,
    hubUrl,
    dataDir,
    log,
    signal,
    workers,
  });
  const release = offer ? offer(embedder) : () => embedder.close();
  try {
    await moveTo(embedder, request, parts);
  } finally {
    await release();
  }
}

async function moveTo(embedder: Embedder, request: ReembedRequest, parts: ReembedParts): Promise<void> {
  const { config, database, images, state, onSwitched, log, signal, onEvent } = parts;
  const { keep, allowHosts } = request;
  const { clipModel, maxImageBytes } = config;
  const name = nameFor(embedder, await database.storedModel());
  const move = await database.move({ name, dimensions: embedder.dimensions });
  const say = (text: string) => onEvent({ kind: 'line', text });
  const { generations, prompts, prompt_images } = await move.left();
  say(`${prompts} prompts, ${prompt_images} pictures and ${generations} runs: rows to embed by ${name}`);
  log.info({ model: name, generations, prompts, prompt_images }, 'a move to another model begins');
  const begun = performance.now();
  const outcome = await runReembed({
    move,
    embedder,
    pictures: openPictures({ embeds: true, folder: undefined, allowHosts, embedder, images, state, maxImageBytes }),
    keep,
    signal,
    onSwitched,
    onStep: (text, isSwitched) => onEvent({ kind: 'step', text, isSwitched }),
    onProgress: (share, text) => onEvent({ kind: 'share', share, text }),
  });
  const seconds = Math.round((performance.now() - begun) / 1_000);
  log.info({ model: name, rows: outcome.rows, seconds }, 'the move to another model is done');
  for (const line of describeOutcome(outcome, { ...request, name, clipModel })) say(line);
}

/** The same weights keep the name that the database knows. */
function nameFor({ model }: Embedder, stored: string | undefined): string {
  return stored !== undefined && fingerprintOf(stored) === fingerprintOf(model) ? stored : model;
}
