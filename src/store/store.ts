import type { CallOptions, Embedding } from '../embedder/embedder.ts';
import type {
  CorpusImage,
  CorpusRow,
  CosineSample,
  Generation,
  ImportLease,
  ImportOutcome,
  Match,
  MessageRef,
  Post,
  Reaction,
  ReactionKind,
  SearchOptions,
  StoreCounts,
  StoredGeneration,
  Upload,
  UploadsOf,
} from './rows.ts';

export type * from './rows.ts';

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
   * Drops the index of the prompts when so many new rows, stored just now or next, make it worth building anew, and tells whether it did.
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
