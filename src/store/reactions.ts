import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import type { Connection } from './connection.ts';
import type { Match, Post, PromptStore, ReactionKind } from './store.ts';
import { fromMilliseconds, milliseconds, toTimestamp } from './time.ts';

type Reactions = Pick<PromptStore, 'logPost' | 'logReaction' | 'postsOf' | 'reactionsBy'>;

const kind = z.enum(['like', 'dislike']);

const postRow = z
  .object({
    adapter: z.string(),
    thread: z.string(),
    message: z.string(),
    generation: z.string(),
    scope: z.string(),
    created: milliseconds,
  })
  .transform(({ created, ...post }): Post => ({ ...post, createdAt: new Date(created) }));

/** Messages that show a generation, and what people think of it. */
export function createReactions(connection: Connection): Reactions {
  return {
    logPost: ({ adapter, thread, message, generation, scope, createdAt }) =>
      connection.insert('posts', [{ adapter, thread, message, generation, scope, created_at: toTimestamp(createdAt) }]),
    logReaction: ({ id, generation, scope, user, kind, delta, createdAt }) =>
      connection.insert('reactions', [
        { generation, id, scope, user, kind, delta, created_at: toTimestamp(createdAt) },
      ]),
    postsOf: (scope, generation) =>
      connection.read(
        `SELECT adapter, thread, message, generation, scope, ${fromMilliseconds('created_at')} AS created
FROM posts WHERE scope = {scope:String} AND generation = {generation:String}
ORDER BY created_at, adapter, thread, message LIMIT 1 BY adapter, thread, message`,
        { row: postRow, parameters: { scope, generation } },
      ),
    async reactionsBy(user, generation) {
      const standing = await connection.read(
        `SELECT kind FROM (SELECT kind, delta FROM reactions WHERE generation = {generation:String} AND user = {user:String} LIMIT 1 BY id)
GROUP BY kind HAVING sum(delta) > 0`,
        { row: z.object({ kind }), parameters: { user, generation } },
      );
      const kinds = new Set(standing.map((row) => row.kind));
      return { like: kinds.has('like'), dislike: kinds.has('dislike') };
    },
  };
}

const reactionRow = z.object({ generation: z.string(), id: z.string(), user: z.string(), kind, delta: z.number() });

/** How many people like and dislike each of these generations now: a person counts once, while more was given than taken back. */
export async function likesOf(
  connection: Connection,
  scope: string,
  generations: readonly string[],
  { signal }: CallOptions,
): Promise<Map<string, Pick<Match, 'likes' | 'dislikes'>>> {
  const rows = await connection.read(
    `SELECT generation, id, user, kind, delta FROM reactions WHERE generation IN {generations:Array(String)} AND scope = {scope:String}`,
    { row: reactionRow, parameters: { scope, generations }, signal },
  );
  const sums = new Map<string, { generation: string; kind: ReactionKind; sum: number }>();
  for (const { generation, user, kind, delta } of new Map(rows.map((row) => [row.id, row])).values()) {
    const key = JSON.stringify([generation, user, kind]);
    sums.set(key, { generation, kind, sum: (sums.get(key)?.sum ?? 0) + delta });
  }
  const counts = new Map<string, Pick<Match, 'likes' | 'dislikes'>>();
  for (const { generation, kind, sum } of sums.values()) {
    const { likes, dislikes } = counts.get(generation) ?? { likes: 0, dislikes: 0 };
    const more = Number(sum > 0);
    counts.set(generation, {
      likes: likes + (kind === 'like' ? more : 0),
      dislikes: dislikes + (kind === 'dislike' ? more : 0),
    });
  }
  return counts;
}
