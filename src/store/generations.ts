import { z } from 'zod';
import type { Connection, Parameters } from './connection.ts';
import { removeRows } from './remove-rows.ts';
import type { Generation, PromptStore, StoredGeneration } from './store.ts';
import { fromMilliseconds, milliseconds, toTimestamp } from './time.ts';
import { checkVector, madeBy, type VectorModel } from './vectors.ts';

type Generations = Pick<
  PromptStore,
  | 'logGeneration'
  | 'findGeneration'
  | 'findGenerationByPost'
  | 'vectorsOf'
  | 'lineage'
  | 'history'
  | 'deleteGeneration'
  | 'isImageUsed'
>;

const storedRow = z
  .object({
    id: z.string(),
    parent: z.string(),
    root: z.string(),
    scope: z.string(),
    user: z.string(),
    asked: z.string(),
    prompt: z.string(),
    negative_prompt: z.string(),
    style: z.string(),
    neighbours: z.array(z.object({ id: z.string(), source: z.enum(['corpus', 'own']), similarity: z.number() })),
    changes: z.array(
      z.object({ kind: z.enum(['added', 'removed']), text: z.string(), reason: z.string(), neighbour_id: z.string() }),
    ),
    refiner: z.string(),
    generator: z.string(),
    model: z.string(),
    seed: z.number(),
    width: z.number(),
    height: z.number(),
    images: z.array(z.object({ key: z.string(), width: z.number(), height: z.number(), seed: z.number() })),
    source: z.string(),
    nsfw: z.boolean(),
    created: milliseconds,
  })
  .transform(
    ({ parent, negative_prompt, changes, source, created, ...rest }): StoredGeneration => ({
      ...rest,
      ...(parent && { parent }),
      ...(source && { source }),
      negativePrompt: negative_prompt,
      changes: changes.map(({ neighbour_id, ...change }) => ({
        ...change,
        ...(neighbour_id && { neighbourId: neighbour_id }),
      })),
      createdAt: new Date(created),
    }),
  );

const columns = `id, parent, root, scope, user, asked, prompt, negative_prompt, style, neighbours, changes,
  refiner, generator, model, seed, width, height, images, source, nsfw, ${fromMilliseconds('created_at')} AS created`;

/** The runs of the flow, by scope: no query here reaches another scope's rows but by a message they were posted in. */
export function createGenerations(connection: Connection, model: VectorModel): Generations {
  const vectorsRow = z.object({
    prompt_vector: z.array(z.number()),
    image_vectors: z.array(z.array(z.number())),
    vector_model: madeBy(model),
  });
  const select = (condition: string, parameters: Parameters, limit = '') =>
    connection.read(
      `SELECT ${columns} FROM generations WHERE ${condition} ORDER BY created_at DESC, id DESC LIMIT 1 BY id ${limit}`,
      { row: storedRow, parameters },
    );

  const findGeneration = async (scope: string, id: string) =>
    (await select('scope = {scope:String} AND id = {id:String}', { scope, id }))[0];

  return {
    async logGeneration(generation) {
      for (const vector of [generation.promptVector, ...generation.imageVectors]) checkVector(vector, model.dimensions);
      await connection.insert('generations', [{ ...toRow(generation), vector_model: model.name }]);
    },
    findGeneration,
    async findGenerationByPost({ adapter, thread, message }) {
      const [post] = await connection.read(
        `SELECT scope, generation FROM posts
WHERE adapter = {adapter:String} AND thread = {thread:String} AND message = {message:String} LIMIT 1`,
        { row: z.object({ scope: z.string(), generation: z.string() }), parameters: { adapter, thread, message } },
      );
      return post && findGeneration(post.scope, post.generation);
    },
    async vectorsOf(scope, id) {
      const [found] = await connection.read(
        'SELECT prompt_vector, image_vectors, vector_model FROM generations WHERE scope = {scope:String} AND id = {id:String} LIMIT 1',
        {
          row: vectorsRow,
          parameters: { scope, id },
        },
      );
      return (
        found && {
          prompt: Float32Array.from(found.prompt_vector),
          images: found.image_vectors.map((vector) => Float32Array.from(vector)),
        }
      );
    },
    async lineage(scope, id) {
      const family = await select(
        'scope = {scope:String} AND root IN (SELECT root FROM generations WHERE scope = {scope:String} AND id = {id:String})',
        { scope, id },
      );
      return ancestors(new Map(family.map((generation) => [generation.id, generation])), id);
    },
    history(scope, user, { limit, before }) {
      const earlier = before ? ' AND created_at < fromUnixTimestamp64Milli({before:Int64})' : '';
      return select(
        `scope = {scope:String} AND user = {user:String}${earlier}`,
        { scope, user, limit, ...(before && { before: before.getTime() }) },
        'LIMIT {limit:UInt32}',
      );
    },
    // The generation goes last: while anything is left, deleting it again finds it and finishes.
    async deleteGeneration(scope, id) {
      await removeRows(connection, 'reactions', 'scope = {scope:String} AND generation = {id:String}', { scope, id });
      await removeRows(connection, 'posts', 'scope = {scope:String} AND generation = {id:String}', { scope, id });
      await removeEverywhere(connection, 'scope = {scope:String} AND id = {id:String}', { scope, id });
    },
    async isImageUsed(key) {
      const used = await connection.read(
        `SELECT 1 AS used FROM generations WHERE has(images.key, {key:String}) OR source = {key:String} LIMIT 1
UNION ALL SELECT 1 AS used FROM prompts WHERE url = {key:String} LIMIT 1
UNION ALL SELECT 1 AS used FROM prompt_images WHERE url = {key:String} LIMIT 1
UNION ALL SELECT 1 AS used FROM uploads WHERE key = {key:String} LIMIT 1`,
        { row: z.object({ used: z.number() }), parameters: { key } },
      );
      return used.length > 0;
    },
  };
}

function toRow(generation: Generation) {
  const { parent, source, negativePrompt, images, changes, promptVector, imageVectors, createdAt, ...same } =
    generation;
  return {
    ...same,
    parent: parent ?? '',
    source: source ?? '',
    images: images.map(({ key, width, height, seed }) => ({ key, width, height, seed })),
    negative_prompt: negativePrompt,
    changes: changes.map(({ neighbourId, ...change }) => ({ ...change, neighbour_id: neighbourId ?? '' })),
    // JSON.stringify writes a typed array as an object.
    prompt_vector: Array.from(promptVector),
    image_vectors: imageVectors.map((vector) => Array.from(vector)),
    created_at: toTimestamp(createdAt),
  };
}

/**
 * Also where a move to another model has copied it, or kept it. A copy may be made, or the tables exchanged, between any two of these:
 * whichever of the two stays in use, the row is gone from it.
 */
async function removeEverywhere(connection: Connection, condition: string, parameters: Parameters): Promise<void> {
  await removeRows(connection, 'generations', condition, parameters);
  const copies = await connection.read(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ('generations_next', 'generations_before')",
    { row: z.object({ name: z.string() }) },
  );
  if (copies.length === 0) return;
  for (const { name } of copies) await removeRows(connection, name, condition, parameters);
  await removeRows(connection, 'generations', condition, parameters);
}

/** From the generation up to its root, or to where a parent was deleted. */
function ancestors(family: Map<string, StoredGeneration>, id: string): StoredGeneration[] {
  const line: StoredGeneration[] = [];
  for (let next: string | undefined = id; next !== undefined; ) {
    const generation = family.get(next);
    family.delete(next);
    if (generation) line.push(generation);
    next = generation?.parent;
  }
  return line;
}
