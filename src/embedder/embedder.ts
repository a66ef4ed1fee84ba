/** An L2-normalised vector; its length is the embedder's `dimensions` (512 for CLIP ViT-B/32). */
export type Embedding = Float32Array;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Nobody waits for it: a person's request goes before it, however small it is. */
  background?: boolean | undefined;
}

/** Maps texts and pictures to one vector space, where cosine similarity compares them. */
export interface Embedder {
  /** Names the weights exactly: vectors of two models must never mix in one database. */
  readonly model: string;
  readonly dimensions: number;
  /** One embedding a text, in order. Texts longer than the model reads are cut, never refused. */
  embedTexts(texts: readonly string[], options?: CallOptions): Promise<Embedding[]>;
  /** One embedding an image, in order. Bytes are any format sharp decodes; throws BotError `unsupported_image` for others. */
  embedImages(images: readonly Uint8Array[], options?: CallOptions): Promise<Embedding[]>;
  close(): Promise<void>;
}
