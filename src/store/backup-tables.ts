import type { BackupFiles } from './backup.ts';

export interface BackupTable {
  /** What is saved: every row once. */
  select: string;
  columns: string;
  /** The statements that put the rows of `source` where they belong; each can run twice. */
  inserts: readonly ((source: string) => string)[];
}

const time = "DateTime64(3, 'UTC')";
// Parquet finds the fields of a tuple by their names.
const reactions = `Array(Tuple(id String, user String, kind String, delta Int8, created_at ${time}))`;
const posts = `Array(Tuple(adapter String, thread String, message String, created_at ${time}))`;

/** What each file holds, and how it comes back. */
export const backupTables: Readonly<Record<keyof BackupFiles, BackupTable>> = {
  prompts: {
    select: `SELECT id, prompt, url, width, height, source_site, vector_model, prompt_vector
FROM prompts ORDER BY id LIMIT 1 BY id`,
    columns: `id String, prompt String, url String, width UInt32, height UInt32, source_site String, vector_model String, prompt_vector Array(Float32)`,
    inserts: [
      (source) => `INSERT INTO prompts (id, prompt, url, width, height, source_site, vector_model, prompt_vector)
SELECT id, prompt, url, width, height, source_site, vector_model, prompt_vector FROM ${source} WHERE id NOT IN (SELECT id FROM prompts)`,
    ],
  },
  images: {
    select: `SELECT id, prompt, url, vector_model, image_vector FROM prompt_images ORDER BY id LIMIT 1 BY id`,
    columns: `id String, prompt String, url String, vector_model String, image_vector Array(Float32)`,
    inserts: [
      (source) => `INSERT INTO prompt_images (id, prompt, url, vector_model, image_vector)
SELECT id, prompt, url, vector_model, image_vector FROM ${source} WHERE id NOT IN (SELECT id FROM prompt_images)`,
    ],
  },
  generations: {
    select: `SELECT id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes, refiner, generator, model,
  seed, width, height, images, source, nsfw, vector_model, prompt_vector, image_vectors, created_at, reactions, posts
FROM generations FINAL
LEFT JOIN (SELECT scope AS judged_scope, generation AS judged, groupArray((id, user, kind, delta, created_at))::${reactions} AS reactions
  FROM reactions FINAL GROUP BY judged_scope, judged) AS judgements ON judged_scope = scope AND judged = id
LEFT JOIN (SELECT scope AS shown_scope, generation AS shown, groupArray((adapter, thread, message, created_at))::${posts} AS posts
  FROM posts FINAL GROUP BY shown_scope, shown) AS messages ON shown_scope = scope AND shown = id`,
    columns: `id String, parent String, root String, scope String, user String, asked String, prompt String, negative_prompt String,
  style String, neighbours Array(Tuple(id String, source String, similarity Float64)),
  changes Array(Tuple(kind String, text String, reason String, neighbour_id String)), refiner String, generator String, model String,
  seed UInt32, width UInt32, height UInt32, images Array(Tuple(key String, width UInt32, height UInt32, seed UInt32)),
  source String, nsfw Bool, vector_model String, prompt_vector Array(Float32), image_vectors Array(Array(Float32)), created_at ${time},
  reactions ${reactions}, posts ${posts}`,
    inserts: [
      (source) => `INSERT INTO reactions (generation, id, scope, user, kind, delta, created_at)
SELECT id AS generation, reaction.id, scope, reaction.user, reaction.kind, reaction.delta, reaction.created_at
FROM ${source} ARRAY JOIN reactions AS reaction`,
      (source) => `INSERT INTO posts (adapter, thread, message, generation, scope, created_at)
SELECT post.adapter, post.thread, post.message, id AS generation, scope, post.created_at
FROM ${source} ARRAY JOIN posts AS post`,
      // Last: what shows them is there when they are.
      (
        source,
      ) => `INSERT INTO generations (id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes,
  refiner, generator, model, seed, width, height, images, source, nsfw, vector_model, prompt_vector, image_vectors, created_at)
SELECT id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes,
  refiner, generator, model, seed, width, height, images, source, nsfw, vector_model, prompt_vector, image_vectors, created_at FROM ${source}`,
    ],
  },
  uploads: {
    select: 'SELECT scope, job, user, key FROM uploads FINAL',
    columns: 'scope String, job String, user String, key String',
    inserts: [(source) => `INSERT INTO uploads (scope, job, user, key) SELECT scope, job, user, key FROM ${source}`],
  },
};
