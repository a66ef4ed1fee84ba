import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { actions, commands } from '../../commands/index.ts';
import { createCancelling } from '../../src/cancelling.ts';
import type { Adapter, Attachment, Card, Invocation, MessageRef, ProgressUpdate } from '../../src/chat.ts';
import type { Services } from '../../src/command.ts';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { BotError } from '../../src/errors.ts';
import { createForget } from '../../src/forget.ts';
import { createPromptCleaner } from '../../src/generator/clean-prompt.ts';
import { rememberModels } from '../../src/generator/model-list.ts';
import { createModelCheck } from '../../src/generator/unknown-model.ts';
import { createHandler } from '../../src/handler.ts';
import { createUserHash } from '../../src/identity.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { readImages } from '../../src/images/image-files.ts';
import type { JobPayload } from '../../src/job.ts';
import type { Logger } from '../../src/log.ts';
import type { AdultPolicy } from '../../src/moderation/adult-policy.ts';
import { createGate } from '../../src/moderation/gate.ts';
import { moderateProvenance } from '../../src/moderation/moderated-provenance.ts';
import type { Moderator } from '../../src/moderation/moderator.ts';
import { parseWordList } from '../../src/moderation/word-list.ts';
import { createWordModerator } from '../../src/moderation/words.ts';
import { createOutbox } from '../../src/outbox.ts';
import { createOutboxModel } from '../../src/outbox-model.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { createProvenance } from '../../src/provenance.ts';
import { createQueue } from '../../src/queue/lmdb.ts';
import type { Quota } from '../../src/queue/quota.ts';
import { createNeighboursRefiner } from '../../src/refiner/neighbours.ts';
import type { Refiner } from '../../src/refiner/refiner.ts';
import { createRunner } from '../../src/runner.ts';
import { createSearch } from '../../src/search.ts';
import { createCalibration } from '../../src/similarity.ts';
import { openState } from '../../src/state.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createSuggest } from '../../src/suggest.ts';
import { createPlainGenerator, type PlainSettings } from './plain-generator.ts';

export interface Posted {
  ref: MessageRef;
  card: Card;
  removed: boolean;
  /** The platform does not let the bot remove it any more. */
  outOfReach?: boolean;
}

interface Setup extends PlainSettings {
  quota?: Quota;
  refiner?: Refiner;
  /** The operator's list, as its file. */
  words?: string;
  service?: Moderator;
  policy?: AdultPolicy;
  /** Whether the thread is marked for adults. */
  isForAdults?: boolean;
  log?: Logger;
}

const dimensions = 64;
const silent = pino({ level: 'silent' });

/** The core with its real store, queue and commands, a bag-of-words embedder, a generator of plain pictures, and a thread in memory. */
export async function openBot(options: Setup = {}) {
  const log = options.log ?? silent;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bot-'));
  const state = openState(path.join(dataDir, 'state'));
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log });
  const store = await database.store({ name: 'words', dimensions });
  const embedder = createWordEmbedder();
  const images = createDiskImageFiles(path.join(dataDir, 'images'));
  const target = { store, model: createOutboxModel(embedder, images) };
  const outbox = createOutbox({ state, within: (work) => work(target), log });
  const queue = createQueue<JobPayload>(state, {
    bounds: { total: 20, perScope: 20, perOwner: 20 },
    width: { quick: 2, image: 1 },
    quota: options.quota,
    log,
  });
  const hashUser = await createUserHash(dataDir);
  const calibration = createCalibration(await store.sampleCosines());
  const search = createSearch({ embedder, store, outbox, calibration: () => calibration });
  const generator = createPlainGenerator(options);
  const refiner = options.refiner ?? createNeighboursRefiner();
  const cleanPrompt = createPromptCleaner({ allowLora: false });
  const models = rememberModels(generator, { timeoutMs: 1000 });
  const gate = createGate({
    words: createWordModerator(parseWordList(options.words ?? '').entries, log),
    service: options.service,
    policy: options.policy ?? 'restricted',
    log,
  });
  const pipeline = createPipeline({
    embedder,
    search,
    refiner,
    generator,
    images,
    outbox,
    gate,
    calibration: () => calibration,
    cleanPrompt,
  });
  const services: Services = {
    pipeline,
    store,
    outbox,
    images,
    commands,
    provenance: moderateProvenance(createProvenance({ store, outbox, images }), gate),
    ...createForget({ store, outbox, images }),
    ...createCancelling(queue),
  };
  const handler = createHandler({
    commands,
    actions,
    queue,
    images,
    outbox,
    hashUser,
    isExempt: ({ moderator = false }) => moderator,
    sharesData: false,
    gate,
    forgetUploads: services.forgetUploads,
    log,
    suggest: createSuggest({ store, outbox, hashUser, models }),
    checkModel: createModelCheck(models),
  });
  const { adapter, posts, updates } = createMemoryAdapter(options.isForAdults ?? false);
  const adapters = new Map([[adapter.name, adapter]]);
  queue.start(
    createRunner({
      adapters,
      commands,
      actions,
      services,
      followMoves: (work) => work(),
      adultPolicy: gate.policy,
      log,
    }),
  );
  let events = 0;

  type Asked = Omit<Extract<Invocation, { kind: 'command' }>, 'id' | 'thread' | 'scope' | 'person' | 'kind'>;
  interface Who {
    person?: string;
    scope?: string;
    moderator?: boolean;
    id?: string;
  }

  /** Accepts an invocation and waits until its job has ended; returns what it posted. */
  async function invoke(
    body: DistributiveOmit<Invocation, 'id' | 'thread' | 'scope' | 'person'>,
    who: Who = {},
  ): Promise<Card[]> {
    events += 1;
    const { person = 'ann', scope = 'memory:home', moderator = false, id = `event-${events}` } = who;
    const before = posts.length;
    const { jobId } = await handler.accept({
      ...body,
      id,
      scope,
      person: { id: person, name: person, moderator },
      thread: { adapter: adapter.name, thread: 'main' },
    });
    while (await queue.find(jobId)) await new Promise((resolve) => setTimeout(resolve, 5));
    return posts.slice(before).map(({ card }) => card);
  }

  return {
    dataDir,
    handler,
    store,
    images,
    outbox,
    queue,
    posts,
    updates,
    /** Names of the files that pictures are kept in. */
    imageFiles: async () =>
      (await readdir(path.join(dataDir, 'images'), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => name),
    embedPictures: async (keys: readonly string[]) => embedder.embedImages(await readImages(images, keys)),
    picture: () =>
      sharp({ create: { width: 64, height: 64, channels: 3, background: '#804020' } })
        .png()
        .toBuffer(),
    invoke,
    say: (command: string, given: Record<string, unknown> = {}, who?: Who, attachments: readonly Attachment[] = []) => {
      const asked: Asked = { command, options: given, attachments };
      return invoke({ kind: 'command', ...asked }, who);
    },
    press: (id: string, who?: Who & { text?: string }) =>
      invoke({ kind: 'action', action: id, text: who?.text, message: lastRef(posts) }, who),
    react: (emoji: string, added: boolean, message: MessageRef, who?: Who) =>
      invoke({ kind: 'reaction', emoji, added, message }, who),
    async close() {
      await queue.stop({ graceMs: 0 });
      await outbox.close();
      await store.close();
      await state.close();
    },
  };
}

export type Bot = Awaited<ReturnType<typeof openBot>>;

type DistributiveOmit<Value, Keys extends PropertyKey> = Value extends unknown ? Omit<Value, Keys> : never;

function lastRef(posts: readonly Posted[]): MessageRef {
  return posts.at(-1)?.ref ?? { adapter: 'memory', thread: 'main', message: 'none' };
}

/** A vector of hashed words: texts that share words are near, and a plain picture is where its colour's name is. */
function createWordEmbedder(): Embedder {
  const embed = (words: readonly string[]) => {
    const vector = new Float32Array(dimensions);
    for (const word of words) {
      const place = createHash('md5').update(word).digest().readUInt8(0) % dimensions;
      vector[place] = (vector[place] ?? 0) + 1;
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  };
  return {
    model: 'words',
    dimensions,
    embedTexts: async (texts) => texts.map((text) => embed(text.toLowerCase().match(/\w+/g) ?? ['nothing'])),
    embedImages: (pictures) =>
      Promise.all(
        pictures.map(async (picture) => {
          const { dominant } = await sharp(picture).stats();
          return embed([`${dominant.r >> 5} ${dominant.g >> 5} ${dominant.b >> 5}`]);
        }),
      ),
    close: async () => undefined,
  };
}

function createMemoryAdapter(isForAdults: boolean) {
  const posts: Posted[] = [];
  const updates: ProgressUpdate[] = [];
  const byKey = new Map<string, MessageRef>();
  const adapter: Adapter = {
    name: 'memory',
    start: async () => undefined,
    stop: async () => undefined,
    thread: (ref) => ({
      ref,
      async post(card, { key }) {
        const known = byKey.get(key);
        if (known) return known;
        const posted = { ...ref, message: `message-${posts.length + 1}` };
        byKey.set(key, posted);
        posts.push({ ref: posted, card, removed: false });
        return posted;
      },
      async remove(message) {
        const post = posts.find(({ ref: { message: id } }) => id === message.message);
        if (post?.outOfReach) throw new BotError('forbidden', 'I may not post there (any more).');
        if (post) post.removed = true;
      },
      async progress(update) {
        updates.push(update);
      },
      isForAdults: async () => isForAdults,
    }),
  };
  return { adapter, posts, updates };
}
