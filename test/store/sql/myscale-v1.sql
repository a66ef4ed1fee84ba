SELECT version() AS version,
  (SELECT count() FROM system.tables WHERE database = 'system' AND name = 'vector_indices') AS has_vector_indices,
  (SELECT groupArray(name) FROM system.merge_tree_settings WHERE name IN ('float_vector_search_metric_type', 'vector_search_metric_type')) AS metric_settings,
  (SELECT groupArray(name) FROM system.table_functions WHERE name IN ('ftsIndex', 'full_text_search')) AS text_functions 
FORMAT JSONEachRow;

CREATE TABLE IF NOT EXISTS meta (name String, value String) ENGINE = ReplacingMergeTree ORDER BY name;

CREATE TABLE IF NOT EXISTS migrations (version UInt32, name String) ENGINE = ReplacingMergeTree ORDER BY version;

SELECT version FROM migrations
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = 'generations'
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: name
SELECT value FROM meta FINAL WHERE name = {name:String} LIMIT 1
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

INSERT INTO meta (name, value) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

CREATE TABLE IF NOT EXISTS prompts (
    id String,
    prompt String,
    url String,
    width UInt32,
    height UInt32,
    source_site String,
    prompt_vector Array(Float32) CODEC(NONE),
    CONSTRAINT vec_len CHECK length(prompt_vector) = 16
  ) ENGINE = MergeTree ORDER BY id SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 32, vector_search_metric_type = 'Cosine';

CREATE TABLE IF NOT EXISTS prompt_images (
    id String,
    prompt String,
    url String,
    image_vector Array(Float32) CODEC(NONE),
    CONSTRAINT vec_len CHECK length(image_vector) = 16
  ) ENGINE = MergeTree ORDER BY id SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 32, vector_search_metric_type = 'Cosine';

ALTER TABLE prompts ADD VECTOR INDEX IF NOT EXISTS prompt_vector_index prompt_vector TYPE MSTG('metric_type=Cosine');

ALTER TABLE prompt_images ADD VECTOR INDEX IF NOT EXISTS image_vector_index image_vector TYPE MSTG('metric_type=Cosine');

CREATE TABLE IF NOT EXISTS generations (
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
  ) ENGINE = ReplacingMergeTree ORDER BY (scope, id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS posts (
    adapter String,
    thread String,
    message String,
    generation String,
    scope String,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ReplacingMergeTree ORDER BY (adapter, thread, message) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS reactions (
    generation String,
    id String,
    scope String,
    user String,
    kind String,
    delta Int8,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ReplacingMergeTree ORDER BY (generation, id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO migrations (version, name) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

ALTER TABLE generations ADD COLUMN IF NOT EXISTS source String;

ALTER TABLE generations ADD COLUMN IF NOT EXISTS nsfw Bool;

ALTER TABLE prompts MODIFY SETTING non_replicated_deduplication_window = 1000;

ALTER TABLE prompt_images MODIFY SETTING non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS uploads (
    scope String,
    job String,
    user String,
    key String
  ) ENGINE = ReplacingMergeTree ORDER BY (scope, job, key) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE generations ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String) DEFAULT 'test-model';

ALTER TABLE generations ADD CONSTRAINT IF NOT EXISTS one_model CHECK vector_model = 'test-model';

ALTER TABLE prompts ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String) DEFAULT 'test-model';

ALTER TABLE prompts ADD CONSTRAINT IF NOT EXISTS one_model CHECK vector_model = 'test-model';

ALTER TABLE prompt_images ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String) DEFAULT 'test-model';

ALTER TABLE prompt_images ADD CONSTRAINT IF NOT EXISTS one_model CHECK vector_model = 'test-model';

SELECT toUInt8(status = 'Built') AS built, (parts_with_vector_index + small_parts) / greatest(total_parts, 1) AS progress,
  if(status = 'Error', latest_fail_reason, '') AS failure
FROM system.vector_indices
WHERE database = currentDatabase() AND table = 'prompts' AND name = 'prompt_vector_index'
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT toUInt8(status = 'Built') AS built, (parts_with_vector_index + small_parts) / greatest(total_parts, 1) AS progress,
  if(status = 'Error', latest_fail_reason, '') AS failure
FROM system.vector_indices
WHERE database = currentDatabase() AND table = 'prompt_images' AND name = 'image_vector_index'
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: adapter, thread, message
SELECT scope, generation FROM posts
WHERE adapter = {adapter:String} AND thread = {thread:String} AND message = {message:String} LIMIT 1
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: id
SELECT id, prompt, url FROM prompts WHERE id = {id:String} LIMIT 1
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: ids
SELECT DISTINCT id FROM prompt_images WHERE id IN {ids:Array(String)}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: ids
SELECT DISTINCT id FROM prompts WHERE id IN {ids:Array(String)}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: ids
SELECT id, image_vector AS vector FROM prompt_images WHERE id IN {ids:Array(String)} LIMIT 1 BY id
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: ids
SELECT id, prompt_vector AS vector FROM prompts WHERE id IN {ids:Array(String)} LIMIT 1 BY id
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: key
SELECT 1 AS used FROM generations WHERE has(images.key, {key:String}) OR source = {key:String} LIMIT 1
UNION ALL SELECT 1 AS used FROM prompts WHERE url = {key:String} LIMIT 1
UNION ALL SELECT 1 AS used FROM prompt_images WHERE url = {key:String} LIMIT 1
UNION ALL SELECT 1 AS used FROM uploads WHERE key = {key:String} LIMIT 1
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: rare, words, weights, average, limit
SELECT id, arraySum((word, weight) -> weight * 2.2 * countEqual(held, word) / (countEqual(held, word) + 1.2 * (0.25 + 0.75 * length(held) / {average:Float64})), {words:Array(String)}, {weights:Array(Float32)}) AS score FROM (SELECT id, prompt, splitByNonAlpha(lowerUTF8(prompt)) AS held FROM prompts WHERE multiSearchAny(lowerUTF8(prompt), {rare:Array(String)}) AND hasAny(splitByNonAlpha(lowerUTF8(prompt)), {rare:Array(String)}))
ORDER BY score DESC, id LIMIT 1 BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' '))) LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: rare, words, weights, average, limit, vector, scope
SELECT id, prompt, nsfw, twins, vector_model, images[1].key AS picture, splitByNonAlpha(lowerUTF8(prompt)) AS held, arraySum((word, weight) -> weight * 2.2 * countEqual(held, word) / (countEqual(held, word) + 1.2 * (0.25 + 0.75 * length(held) / {average:Float64})), {words:Array(String)}, {weights:Array(Float32)}) AS score, cosineDistance(prompt_vector, {vector:Array(Float32)}) AS distance
FROM (SELECT *, groupUniqArray(id) OVER (PARTITION BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' ')))) AS twins FROM generations WHERE scope = {scope:String} AND (multiSearchAny(lowerUTF8(prompt), {rare:Array(String)}) AND hasAny(splitByNonAlpha(lowerUTF8(prompt)), {rare:Array(String)})))
ORDER BY score DESC, created_at DESC, id LIMIT 1 BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' '))) LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: scope, generation
SELECT adapter, thread, message, generation, scope, toUnixTimestamp64Milli(created_at) AS created
FROM posts WHERE scope = {scope:String} AND generation = {generation:String}
ORDER BY created_at, adapter, thread, message LIMIT 1 BY adapter, thread, message
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: scope, generations
SELECT generation, id, user, kind, delta FROM reactions WHERE generation IN {generations:Array(String)} AND scope = {scope:String}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: scope, id
ALTER TABLE generations DELETE WHERE scope = {scope:String} AND id = {id:String} SETTINGS mutations_sync = 2;

-- parameters: scope, id
ALTER TABLE posts DELETE WHERE scope = {scope:String} AND generation = {id:String} SETTINGS mutations_sync = 2;

-- parameters: scope, id
ALTER TABLE reactions DELETE WHERE scope = {scope:String} AND generation = {id:String} SETTINGS mutations_sync = 2;

-- parameters: scope, id
SELECT id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes,
  refiner, generator, model, seed, width, height, images, source, nsfw, toUnixTimestamp64Milli(created_at) AS created FROM generations WHERE scope = {scope:String} AND id = {id:String} ORDER BY created_at DESC, id DESC LIMIT 1 BY id 
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: scope, id
SELECT id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes,
  refiner, generator, model, seed, width, height, images, source, nsfw, toUnixTimestamp64Milli(created_at) AS created FROM generations WHERE scope = {scope:String} AND root IN (SELECT root FROM generations WHERE scope = {scope:String} AND id = {id:String}) ORDER BY created_at DESC, id DESC LIMIT 1 BY id 
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: scope, id
SELECT prompt_vector, image_vectors, vector_model FROM generations WHERE scope = {scope:String} AND id = {id:String} LIMIT 1
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: scope, user, limit, before
SELECT id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes,
  refiner, generator, model, seed, width, height, images, source, nsfw, toUnixTimestamp64Milli(created_at) AS created FROM generations WHERE scope = {scope:String} AND user = {user:String} AND created_at < fromUnixTimestamp64Milli({before:Int64}) ORDER BY created_at DESC, id DESC LIMIT 1 BY id LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: user, generation
SELECT kind FROM (SELECT kind, delta FROM reactions WHERE generation = {generation:String} AND user = {user:String} LIMIT 1 BY id)
GROUP BY kind HAVING sum(delta) > 0
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: vector, best
SELECT id, prompt, url AS picture, vector_model, cosineDistance(prompt_vector, {vector:Array(Float32)}) AS distance
FROM prompts WHERE id IN {best:Array(String)}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: vector, limit
SELECT id, prompt, url AS picture, vector_model, cosineDistance(prompt_vector, {vector:Array(Float32)}) AS distance
FROM prompts ORDER BY distance, id LIMIT 1 BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' '))) LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local', enable_brute_force_vector_search = 1 
FORMAT JSONEachRow;

-- parameters: vector, limit
SELECT id, prompt, url AS picture, vector_model, distance('alpha=3')(image_vector, {vector:Array(Float32)}) AS distance
FROM prompt_images ORDER BY distance LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local', enable_brute_force_vector_search = 1 
FORMAT JSONEachRow;

-- parameters: vector, limit
SELECT id, prompt, url AS picture, vector_model, distance('alpha=3')(prompt_vector, {vector:Array(Float32)}) AS distance
FROM prompts ORDER BY distance LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local', enable_brute_force_vector_search = 1 
FORMAT JSONEachRow;

-- parameters: vector, limit, scope
SELECT id, prompt, nsfw, twins, vector_model, arrayMap(image -> cosineDistance(image, {vector:Array(Float32)}), image_vectors) AS distances,
  images[indexOf(distances, arrayMin(distances))].key AS picture, arrayMin(distances) AS distance
FROM (SELECT *, groupUniqArray(id) OVER (PARTITION BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' ')))) AS twins FROM generations WHERE scope = {scope:String} AND (notEmpty(image_vectors)))
ORDER BY distance, created_at DESC, id LIMIT 1 BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' '))) LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

-- parameters: vector, limit, scope
SELECT id, prompt, nsfw, twins, vector_model, images[1].key AS picture, cosineDistance(prompt_vector, {vector:Array(Float32)}) AS distance
FROM (SELECT *, groupUniqArray(id) OVER (PARTITION BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' ')))) AS twins FROM generations WHERE scope = {scope:String})
ORDER BY distance, created_at DESC, id LIMIT 1 BY lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' '))) LIMIT {limit:UInt32}
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

ALTER TABLE prompts DROP VECTOR INDEX IF EXISTS prompt_vector_index;

INSERT INTO generations (id, root, scope, user, asked, prompt, style, neighbours, refiner, generator, model, seed, width, height, nsfw, parent, source, images, negative_prompt, changes, prompt_vector, image_vectors, created_at, vector_model) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

INSERT INTO posts (adapter, thread, message, generation, scope, created_at) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

INSERT INTO prompt_images (id, prompt, url, image_vector, vector_model) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

INSERT INTO prompts (id, prompt, url, width, height, source_site, prompt_vector, vector_model) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

INSERT INTO reactions (generation, id, scope, user, kind, delta, created_at) SETTINGS async_insert = 0, insert_distributed_sync = 1 FORMAT JSONEachRow;

SELECT (SELECT count() FROM prompts) AS prompts,
  (SELECT count() FROM prompt_images WHERE id IN (SELECT id FROM prompts)) AS images,
  (SELECT uniqExact(scope, id) FROM generations) AS generations
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT (SELECT count() FROM prompts) AS rows, count() AS sampled, avg(length(words)) AS average_length,
  sumMap(arrayDistinct(words) AS distinct, arrayMap(word -> toUInt32(1), distinct)) AS counted
FROM (SELECT splitByNonAlpha(lowerUTF8(arrayJoin(groupArraySample(10000, 1)(prompt)))) AS words FROM prompts)
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT arrayJoin(groupArraySample(128)(id)) AS id FROM prompt_images
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT arrayJoin(groupArraySample(128)(id)) AS id FROM prompts
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT count() AS count FROM prompt_images
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT count() AS count FROM prompts
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = 'prompts'
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;

SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ('generations_next', 'generations_before')
SETTINGS max_execution_time = 30, distributed_product_mode = 'local' 
FORMAT JSONEachRow;
