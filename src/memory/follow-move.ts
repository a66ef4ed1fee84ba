import type { Embedder } from '../embedder/embedder.ts';
import type { OpenedEmbedder } from '../embedder/open.ts';
import { BotError } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { isMoved, movedTo } from '../store/vectors.ts';

/** What belongs to one model. */
interface Bound {
  readonly model: string;
  /** Ends what is under way with it: whoever waits for it, or asks it later, gets this error. */
  retire(error: BotError): Promise<void>;
}

/**
 * What belongs to the model of the database's vectors. When the database is moved to another one, a successor takes its place at once.
 * What was begun with the old one fails with `model_mismatch` (its rows are gone, its embedder is retired) and is done again with the new one.
 */
export interface Following<Kind extends Bound> {
  current(): Kind;
  /** Does the work, and once more when the database is moved meanwhile. Throws `model_mismatch` when the program can't follow, and stops. */
  following<Value>(work: (bound: Kind) => Promise<Value>): Promise<Value>;
  /** Resolves once the model that the database has is in use. Throws BotError `model_mismatch` when it can't be had here. */
  follow(): Promise<void>;
  /** This model, already loaded, may soon be the database's. Returns what ends that, which closes a model that was not taken over. */
  offer(embedder: Embedder): () => Promise<void>;
  /** Resolves once no model is being loaded or closed. */
  settled(): Promise<void>;
}

interface FollowingParts<Kind extends Bound> {
  first: Kind;
  database: Pick<Database, 'settledModel'>;
  /** Loads the model that the database has now. */
  openModel(): Promise<OpenedEmbedder>;
  bind(opened: OpenedEmbedder): Promise<Kind>;
  /** Another model is in use. */
  onFollowed(bound: Kind): void;
  onFatal(error: BotError): void;
  signal: AbortSignal;
}

/** Moves that one piece of work goes through; more can only be a database whose rows are of another model than it says. */
const mostMoves = 3;

export function createFollowing<Kind extends Bound>(parts: FollowingParts<Kind>): Following<Kind> {
  const { database, openModel, bind, onFollowed, onFatal, signal } = parts;
  let current = parts.first;
  let offered: Embedder | undefined;
  let taken: Embedder | undefined;
  let under: Promise<void> | undefined;
  let retiring: Promise<unknown> = Promise.resolve();

  async function succeed(): Promise<void> {
    const name = await database.settledModel();
    const old = current;
    if (name === undefined || name === old.model) return;
    current = await successor(name);
    onFollowed(current);
    // Nobody waits for its end but the program's.
    const retired = old.retire(movedTo(name)).catch(() => undefined);
    retiring = Promise.all([retiring, retired]);
  }

  async function successor(name: string): Promise<Kind> {
    if (offered?.model === name) {
      const bound = await bind({ embedder: offered, notice: undefined });
      taken = offered;
      return bound;
    }
    const opened = await openModel();
    try {
      return await bind(opened);
    } catch (error) {
      await opened.embedder.close();
      throw error;
    }
  }

  /** A database that is away is followed later; a model that can't be had here is the end. */
  function lost(error: unknown): unknown {
    // The program stops: what waits is handed back.
    if (signal.aborted) return movedTo(undefined, { cause: error });
    if (error instanceof BotError && error.code === 'database_unavailable') return error;
    const reason = error instanceof BotError ? ` ${error.message}` : '';
    const fatal = new BotError(
      'model_mismatch',
      `The database was moved to another CLIP model, which can't be loaded here.${reason} Then start this program again.`,
      { cause: error },
    );
    onFatal(fatal);
    return fatal;
  }

  function follow(): Promise<void> {
    under ??= succeed()
      .catch((error: unknown) => {
        throw lost(error);
      })
      .finally(() => {
        under = undefined;
      });
    return under;
  }

  return {
    current: () => current,
    follow,
    async following(work) {
      for (let moves = 0; ; moves++) {
        try {
          return await work(current);
        } catch (error) {
          if (!isMoved(error)) throw error;
          if (moves === mostMoves)
            throw new BotError(
              'internal',
              'Some vectors of the database are of another model than it says. Move it with `npm run reembed`, which embeds everything anew.',
              { cause: error },
            );
          await follow();
        }
      }
    },
    offer(embedder) {
      offered = embedder;
      return async () => {
        await under?.catch(() => undefined);
        if (offered === embedder) offered = undefined;
        if (taken !== embedder) await embedder.close();
      };
    },
    async settled() {
      await under?.catch(() => undefined);
      await retiring;
    },
  };
}
