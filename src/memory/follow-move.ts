import type { CallOptions, Embedder } from '../embedder/embedder.ts';
import type { OpenedEmbedder } from '../embedder/open.ts';
import { BotError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import { orAborted } from '../or-aborted.ts';
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
  /** Does the work, and once more when the database is moved meanwhile; an abort ends the wait for the new model. Throws `model_mismatch` when the program can't follow, and stops. */
  following<Value>(work: (bound: Kind) => Promise<Value>, options?: CallOptions): Promise<Value>;
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
  log: Logger;
}

const withoutModel: readonly ErrorCode[] = ['model_unavailable', 'model_mismatch', 'invalid_settings'];

/** Moves that one piece of work goes through; more can only be a database whose rows are of another model than it says. */
const mostMoves = 3;

export function createFollowing<Kind extends Bound>(parts: FollowingParts<Kind>): Following<Kind> {
  const { database, openModel, bind, onFollowed, onFatal, signal, log } = parts;
  let current = parts.first;
  let offered: Embedder | undefined;
  let taken: Embedder | undefined;
  let under: Promise<void> | undefined;
  let retiring: Promise<unknown> = Promise.resolve();

  async function giveWay(): Promise<void> {
    const name = await database.settledModel();
    const old = current;
    if (name === undefined || name === old.model) return;
    try {
      current = await successor(name);
    } catch (error) {
      // While it was loaded the database may have been moved once more.
      if (isMoved(error) && (await database.settledModel()) !== name) return giveWay();
      throw error;
    }
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

  /** A model that can't be had here is the end; a database that is away, or a full disk, may be better when it is tried again. */
  function lost(error: unknown): unknown {
    // The program stops: what waits is handed back.
    if (signal.aborted) return movedTo(undefined, { cause: error });
    log.warn({ err: error }, 'the model to which the database was moved could not be put in use');
    if (!(error instanceof BotError && withoutModel.includes(error.code))) return error;
    const fatal = new BotError(
      'model_mismatch',
      `The database was moved to another CLIP model, which can't be loaded here. ${error.message} Then start this program again.`,
      { cause: error },
    );
    onFatal(fatal);
    return fatal;
  }

  function follow(): Promise<void> {
    under ??= giveWay()
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
    async following(work, { signal } = {}) {
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
          await (signal ? orAborted(follow(), signal) : follow());
        }
      }
    },
    offer(embedder) {
      offered = embedder;
      return async () => {
        // Where it could not be taken over at the exchange, now may be better.
        await follow().catch(() => undefined);
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
