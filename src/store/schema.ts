import type { Dialect } from './dialects/dialect.ts';

// Acknowledged means on disk: without these a power cut could take rows that the engine has confirmed.
const durable = 'fsync_after_insert = 1, fsync_part_directory = 1';

// Small granules: the index points at single rows, and every candidate costs the reading of its whole granule.
const indexed = `index_granularity = 32, ${durable}`;

/** The corpus, imported and never deleted from: deletes break the vector index's top rows (ClickHouse issue 117286). */
export function corpusTables(dialect: Dialect, dimensions: number): string[] {
  // Vectors come in compact form through a column that is not stored.
  const vector = (name: string) => `
    vector ${dialect.vectorType} EPHEMERAL,
    ${name} Array(Float32) DEFAULT ${dialect.decodeVector('vector')} CODEC(NONE),
    CONSTRAINT vec_len CHECK length(${name}) = ${dimensions},
    ${dialect.vectorIndex(name, dimensions)}`;
  return [
    `CREATE TABLE IF NOT EXISTS prompts (
    id String,
    prompt String,
    url String,
    width UInt32,
    height UInt32,
    source_site String,${vector('prompt_vector')}
  ) ENGINE = MergeTree ORDER BY id SETTINGS ${indexed}`,
    `CREATE TABLE IF NOT EXISTS prompt_images (
    id String,
    prompt String,
    url String,${vector('image_vector')}
  ) ENGINE = MergeTree ORDER BY id SETTINGS ${indexed}`,
  ];
}

/** Pictures that people sent, kept under a key, with the job they came with. */
export function uploadTable(): string {
  return `CREATE TABLE IF NOT EXISTS uploads (
    scope String,
    job String,
    user String,
    key String
  ) ENGINE = ReplacingMergeTree ORDER BY (scope, job, key) SETTINGS ${durable}`;
}

/** What people do. A row sent twice is one row: readers take one per id, merges drop the rest. */
export function logTables(dimensions: number): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS generations (
    id String,
    parent String,
    root String,
    scope String,
    user String,
    asked String,
    prompt String,
    negative_prompt String,
    style String,
    neighbours Array(Tuple(id String, source String, similarity Float64)),
    changes Array(Tuple(kind String, text String, reason String, neighbour_id String)),
    refiner String,
    generator String,
    model String,
    seed UInt32,
    width UInt32,
    height UInt32,
    images Array(Tuple(key String, width UInt32, height UInt32, seed UInt32)),
    prompt_vector Array(Float32),
    image_vectors Array(Array(Float32)),
    created_at DateTime64(3, 'UTC'),
    CONSTRAINT vec_len CHECK length(prompt_vector) = ${dimensions} AND arrayAll(image -> length(image) = ${dimensions}, image_vectors)
  ) ENGINE = ReplacingMergeTree ORDER BY (scope, id) SETTINGS ${durable}`,
    `CREATE TABLE IF NOT EXISTS posts (
    adapter String,
    thread String,
    message String,
    generation String,
    scope String,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ReplacingMergeTree ORDER BY (adapter, thread, message) SETTINGS ${durable}`,
    `CREATE TABLE IF NOT EXISTS reactions (
    generation String,
    id String,
    scope String,
    user String,
    kind String,
    delta Int8,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ReplacingMergeTree ORDER BY (generation, id) SETTINGS ${durable}`,
  ];
}
