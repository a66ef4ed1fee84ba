import type { CallOptions, Embedding } from '../embedder/embedder.ts';

/** One row of the corpus: the six columns of the 900k diffusion prompts set, with vectors. */
export interface CorpusRow {
  id: string;
  prompt: string;
  /** A web address, or an image key of the image files (64 hex digits) for pictures kept here. */
  url: string;
  width: number;
  height: number;
  sourceSite: string;
  promptVector: Embedding;
  /** Present when the picture was embedded too; the row then also answers image searches. */
  imageVector?: Embedding | undefined;
}

/** The picture of a row whose prompt is stored already. */
export type CorpusImage = Pick<CorpusRow, 'id' | 'prompt' | 'url'> & { imageVector: Embedding };

export interface GenerationImage {
  /** Key in the image files: SHA-256, 64 hex digits. */
  key: string;
  width: number;
  height: number;
  seed: number;
  /** For a placeholder while it loads (src/images/blurhash.ts); known right after the run, not stored. */
  blurhash?: string | undefined;
}

export interface Change {
  kind: 'added' | 'removed';
  text: string;
  reason: string;
  /** The neighbour this change was taken from. */
  neighbourId?: string | undefined;
}

/** One run of the flow. `root` is the first of its chain of parents (its own id when it has none). */
export interface Generation {
  id: string;
  parent?: string | undefined;
  root: string;
  /** The server, workspace or local page it belongs to; never visible from another. */
  scope: string;
  /** Keyed hash of the platform's user id. */
  user: string;
  /** What the person typed. */
  asked: string;
  /** What was sent to the generator. */
  prompt: string;
  negativePrompt: string;
  style: string;
  neighbours: readonly { id: string; source: MatchSource; similarity: number }[];
  changes: readonly Change[];
  refiner: string;
  generator: string;
  model: string;
  seed: number;
  width: number;
  height: number;
  images: readonly GenerationImage[];
  /** The key of the picture it started from (img2img). */
  source?: string | undefined;
  /** A picture of it is for adults. */
  nsfw: boolean;
  promptVector: Embedding;
  /** One a picture, in the order of `images`. */
  imageVectors: readonly Embedding[];
  createdAt: Date;
}

/** A generation as it is read back: without its vectors, which no reader needs but `vectorsOf`. */
export type StoredGeneration = Omit<Generation, 'promptVector' | 'imageVectors'>;

/** Where a message is: what a later reaction names. */
export interface MessageRef {
  adapter: string;
  thread: string;
  message: string;
}

export interface Post extends MessageRef {
  generation: string;
  scope: string;
  createdAt: Date;
}

/** A picture that somebody sent, kept for a job; a generation's id is its job's. */
export interface Upload {
  scope: string;
  job: string;
  /** Keyed hash of the platform's user id. */
  user: string;
  key: string;
}

export type UploadsOf = { job: string } | { user: string };

export type ReactionKind = 'like' | 'dislike';

/** Append-only: +1 for one given, -1 for one taken back; sums are counts. The same id twice counts once. */
export interface Reaction {
  id: string;
  generation: string;
  scope: string;
  user: string;
  kind: ReactionKind;
  delta: 1 | -1;
  createdAt: Date;
}

export type MatchSource = 'corpus' | 'own';

export interface Match {
  id: string;
  prompt: string;
  source: MatchSource;
  /** Cosine similarity of the vectors themselves, -1 to 1; what people see is calibrated (src/similarity.ts). */
  cosine: number;
  /** Web address or image key; absent when the row has no picture. */
  picture?: string | undefined;
  /** The generation was marked as adult content. */
  nsfw?: boolean | undefined;
  /** People who like or dislike it now; always 0 for the corpus. */
  likes: number;
  dislikes: number;
  /** How many more rows with this prompt, but for case and spaces, were met on the way. */
  copies: number;
}

export interface SearchOptions extends CallOptions {
  limit: number;
  /** Adds this scope's own generations to the corpus; without it the corpus alone is searched. */
  scope?: string | undefined;
}

export interface ImportOutcome {
  imported: number;
  /** Rows whose id is stored already. */
  skipped: number;
}

/** The right to import, kept alive until it is released. */
export interface ImportLease {
  /** Throws BotError `conflict` once it is lost: this program stood still for so long that another may have begun. */
  check(): void;
  release(): Promise<void>;
}

/** Cosines of related and unrelated pairs, drawn from the corpus: what calibrates the similarity people see. */
export interface CosineSample {
  textToText: number[];
  textToImage: { matching: number[]; unrelated: number[] };
  imageToImage: number[];
}

export interface StoreCounts {
  prompts: number;
  images: number;
  generations: number;
}

/** Prompts, generations and reactions, with vector search. All errors are BotErrors (`database_unavailable` when it can't be reached). */
export interface PromptStore {
  /** The engine and its version, for the log and the page. */
  readonly engine: string;
  /** Nearest prompts by prompt vector, nearest first. */
  searchPrompts(query: Embedding, options: SearchOptions): Promise<Match[]>;
  /** Nearest pictures by image vector (the query may be a text's or a picture's: CLIP is one space), nearest first. */
  searchImages(query: Embedding, options: SearchOptions): Promise<Match[]>;
  /**
   * Prompts that hold words of this text that few prompts hold (an artist, a lens), the best first by BM25 over all its words;
   * `cosine` is that with `query`. Empty for a text of common words, which meaning finds.
   */
  searchWords(text: string, query: Embedding, options: SearchOptions): Promise<Match[]>;
  /** Loads the indexes into memory, so that the first search need not wait for that. */
  warm(options?: CallOptions): Promise<void>;
  /** Idempotent by id; one batch (at most 10,000 rows) is stored whole or not at all. */
  importPairs(batch: readonly CorpusRow[], options?: CallOptions): Promise<ImportOutcome>;
  /** Which of these corpus ids are stored already: what an importer need not embed again. */
  knownIds(ids: readonly string[], options?: CallOptions): Promise<Set<string>>;
  /** Adds the vectors of pictures to rows that were imported without; idempotent by id, stored whole or not at all like `importPairs`. */
  importImages(batch: readonly CorpusImage[], options?: CallOptions): Promise<ImportOutcome>;
  /** Which of these ids have the vector of their picture stored. */
  knownImageIds(ids: readonly string[], options?: CallOptions): Promise<Set<string>>;
  /** Ids and prompts of the whole corpus by id, page by page. */
  listCorpus(options?: CallOptions): AsyncGenerator<{ id: string; prompt: string }[]>;
  /**
   * Drops the index of the prompts when so many new rows make it worth building anew, and tells whether it did.
   * Until `finishBulkLoad` searches scan every row. A load that was begun before, also by a process that died, goes on.
   */
  beginBulkLoad(options: { rows: number }): Promise<boolean>;
  /**
   * Builds the index that a bulk load left out, by whomever; else makes one part of few rows, and does nothing to many.
   * An abort stops the waiting: call it again, also after a restart.
   */
  finishBulkLoad(options?: CallOptions & { onProgress?: ((progress: number) => void) | undefined }): Promise<void>;
  /** True while there is something for `finishBulkLoad` to do. */
  isBulkLoadUnfinished(): Promise<boolean>;
  /**
   * Keeps other programs from importing, or building the index of a bulk load, meanwhile; `holder` is this installation's lasting name,
   * so that one which was killed does not stand in its own way. Throws BotError `conflict` when another holds the database.
   */
  holdForImport(holder: string): Promise<ImportLease>;
  /** Small texts by name, as durable as the rows they tell of. Setting '' removes one. */
  note(name: string): Promise<string | undefined>;
  setNote(name: string, value: string): Promise<void>;
  /** The log writes are idempotent by id, so that a resend after a crash changes nothing. */
  logGeneration(generation: Generation): Promise<void>;
  logPost(post: Post): Promise<void>;
  logReaction(reaction: Reaction): Promise<void>;
  logUpload(upload: Upload): Promise<void>;
  findGeneration(scope: string, id: string): Promise<StoredGeneration | undefined>;
  findGenerationByPost(ref: MessageRef): Promise<StoredGeneration | undefined>;
  /** The vectors of a stored generation, for relevance feedback and "similar". */
  vectorsOf(scope: string, id: string): Promise<{ prompt: Embedding; images: Embedding[] } | undefined>;
  /** From the generation up to its root. */
  lineage(scope: string, id: string): Promise<StoredGeneration[]>;
  /** One person's generations in a scope, newest first. */
  history(
    scope: string,
    user: string,
    options: { limit: number; before?: Date | undefined },
  ): Promise<StoredGeneration[]>;
  postsOf(scope: string, generation: string): Promise<Post[]>;
  /** What this person's like and dislike of a generation stand at now. */
  reactionsBy(user: string, generation: string): Promise<Record<ReactionKind, boolean>>;
  findCorpusPrompt(id: string): Promise<{ id: string; prompt: string; picture?: string | undefined } | undefined>;
  /** Removes the generation, its posts and its reactions. Image files are the caller's to remove. */
  deleteGeneration(scope: string, id: string): Promise<void>;
  /** Image keys of the pictures that were sent with a job, or by a person. */
  uploadsOf(scope: string, whose: UploadsOf): Promise<string[]>;
  deleteUploads(scope: string, whose: UploadsOf): Promise<void>;
  /** True while any generation, corpus row or upload has this image key. */
  isImageUsed(key: string): Promise<boolean>;
  sampleCosines(): Promise<CosineSample>;
  counts(): Promise<StoreCounts>;
  close(): Promise<void>;
}
