CREATE TABLE IF NOT EXISTS meta ON CLUSTER 'promptory' (name String, value String) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/meta', '{shard}-{replica}') ORDER BY name;

CREATE TABLE IF NOT EXISTS migrations ON CLUSTER 'promptory' (version UInt32, name String) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/migrations', '{shard}-{replica}') ORDER BY version;

CREATE TABLE IF NOT EXISTS prompts_local ON CLUSTER 'promptory' (
    id String,
    prompt String,
    url String,
    width UInt32,
    height UInt32,
    source_site String,
    prompt_vector Array(Float32) CODEC(NONE),
    CONSTRAINT vec_len CHECK length(prompt_vector) = 16
  ) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/prompts_local', '{replica}') ORDER BY id SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 32, float_vector_search_metric_type = 'Cosine';

CREATE TABLE IF NOT EXISTS prompts ON CLUSTER 'promptory' AS prompts_local
  ENGINE = Distributed('promptory', currentDatabase(), prompts_local, cityHash64(id));

CREATE TABLE IF NOT EXISTS prompt_images_local ON CLUSTER 'promptory' (
    id String,
    prompt String,
    url String,
    image_vector Array(Float32) CODEC(NONE),
    CONSTRAINT vec_len CHECK length(image_vector) = 16
  ) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/prompt_images_local', '{replica}') ORDER BY id SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 32, float_vector_search_metric_type = 'Cosine';

CREATE TABLE IF NOT EXISTS prompt_images ON CLUSTER 'promptory' AS prompt_images_local
  ENGINE = Distributed('promptory', currentDatabase(), prompt_images_local, cityHash64(id));

ALTER TABLE prompts_local ON CLUSTER 'promptory' ADD VECTOR INDEX IF NOT EXISTS prompt_vector_index prompt_vector TYPE MSTG('metric_type=Cosine');

ALTER TABLE prompt_images_local ON CLUSTER 'promptory' ADD VECTOR INDEX IF NOT EXISTS image_vector_index image_vector TYPE MSTG('metric_type=Cosine');

CREATE TABLE IF NOT EXISTS generations ON CLUSTER 'promptory' (
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
    CONSTRAINT vec_len CHECK length(prompt_vector) = 16 AND arrayAll(image -> length(image) = 16, image_vectors)
  ) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/generations', '{shard}-{replica}') ORDER BY (scope, id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS posts ON CLUSTER 'promptory' (
    adapter String,
    thread String,
    message String,
    generation String,
    scope String,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/posts', '{shard}-{replica}') ORDER BY (adapter, thread, message) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS reactions ON CLUSTER 'promptory' (
    generation String,
    id String,
    scope String,
    user String,
    kind String,
    delta Int8,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/reactions', '{shard}-{replica}') ORDER BY (generation, id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE prompts_local ON CLUSTER 'promptory' ADD INDEX IF NOT EXISTS prompt_words prompt TYPE fts('{"prompt":{"tokenizer":{"type":"simple","length_limit":1024}}}');

ALTER TABLE prompts_local ON CLUSTER 'promptory' MATERIALIZE INDEX prompt_words SETTINGS mutations_sync = 2;

ALTER TABLE generations ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS source String;

ALTER TABLE generations ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS nsfw Bool;

ALTER TABLE prompts_local ON CLUSTER 'promptory' MODIFY SETTING non_replicated_deduplication_window = 1000;

ALTER TABLE prompt_images_local ON CLUSTER 'promptory' MODIFY SETTING non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS uploads ON CLUSTER 'promptory' (
    scope String,
    job String,
    user String,
    key String
  ) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/uploads', '{shard}-{replica}') ORDER BY (scope, job, key) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE generations ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String);

ALTER TABLE prompts_local ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String);

ALTER TABLE prompts ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String);

ALTER TABLE prompt_images_local ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String);

ALTER TABLE prompt_images ON CLUSTER 'promptory' ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String);

INSERT INTO migrations (version, name) VALUES (1, 'corpus, generations, posts and reactions'), (2, 'words of the prompts'), (3, 'what a generation started from, and whether it is for adults'), (4, 'repeatable inserts'), (5, 'pictures that people sent'), (6, 'what made the vectors');
