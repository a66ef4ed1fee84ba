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
