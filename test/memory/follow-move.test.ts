import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { retirable } from '../../src/embedder/retirable.ts';
import { BotError } from '../../src/errors.ts';
import { createFollowing } from '../../src/memory/follow-move.ts';
import { movedTo } from '../../src/store/vectors.ts';

interface Bound {
  model: string;
  embedder: Embedder;
  retire(error: BotError): Promise<void>;
}

/** An embedder that answers when it is told to. */
function slowEmbedder(model: string) {
  const waiting: (() => void)[] = [];
  let closed = 0;
  const embedder: Embedder = {
    model,
    dimensions: 2,
    embedTexts: () => new Promise((resolve) => waiting.push(() => resolve([new Float32Array([1, 0])]))),
    embedImages: async () => [],
    async close() {
      closed += 1;
      for (const answer of waiting.splice(0)) answer();
    },
  };
  return { embedder, closed: () => closed };
}

function bind({ embedder }: { embedder: Embedder }): Bound {
  const plain = retirable(embedder);
  return {
    model: embedder.model,
    embedder: plain,
    retire(error) {
      plain.retire(error);
      return plain.close();
    },
  };
}

function setup() {
  const stopping = new AbortController();
  const first = slowEmbedder('old');
  let letLoad = () => {};
  const loading = new Promise<void>((resolve) => {
    letLoad = resolve;
  });
  const world = {
    letLoad,
    whenLoaded: () => {},
    stored: 'old',
    loads: 0,
    fault: undefined as unknown,
    bindFaults: [] as unknown[],
    followed: [] as string[],
    fatal: [] as BotError[],
  };
  const loaded = slowEmbedder('new');
  const moves = createFollowing<Bound>({
    first: bind(first),
    database: {
      async settledModel() {
        if (world.fault) throw world.fault;
        return world.stored;
      },
    },
    async openModel() {
      world.loads += 1;
      if (world.stored === 'slow') await loading;
      if (world.stored === 'folder') throw new BotError('model_unavailable', 'It lay in a folder.');
      world.whenLoaded();
      return { embedder: world.stored === 'new' ? loaded.embedder : slowEmbedder(world.stored).embedder };
    },
    async bind(opened) {
      const fault = world.bindFaults.shift();
      if (fault) throw fault;
      return bind(opened);
    },
    onFollowed: ({ model }) => world.followed.push(model),
    onFatal: (error) => world.fatal.push(error),
    signal: stopping.signal,
    log: pino({ level: 'silent' }),
  });
  /** As a search: rows tell whose vectors they are. */
  const search = async ({ model }: Bound) => {
    if (model !== world.stored) throw movedTo(world.stored);
    return model;
  };
  return { moves, world, first, loaded, search, stopping };
}

describe('following the database to another model', () => {
  it('does again what met the new rows, loading the model once for all', async () => {
    const { moves, world, search } = setup();
    expect(await moves.following(search)).toBe('old');
    world.stored = 'new';
    expect(await Promise.all([moves.following(search), moves.following(search)])).toEqual(['new', 'new']);
    expect(world).toMatchObject({ loads: 1, followed: ['new'], fatal: [] });
    expect(moves.current().model).toBe('new');
  });

  it('does again what still waits for the old model, which is closed', async () => {
    const { moves, world, first, loaded } = setup();
    const embedded = moves.following(async ({ model, embedder }) => {
      if (model === 'new') return model;
      await embedder.embedTexts(['a cat']);
      return 'never';
    });
    world.stored = 'new';
    await moves.follow();
    expect(await embedded).toBe('new');
    expect(first.closed()).toBe(1);
    expect(loaded.closed()).toBe(0);
  });

  it('takes over a model that is offered, and closes one that was not taken', async () => {
    const { moves, world, search } = setup();
    const offered = slowEmbedder('new');
    const release = moves.offer(offered.embedder);
    world.stored = 'new';
    await moves.follow();
    await release();
    expect(await moves.following(search)).toBe('new');
    expect(world.loads).toBe(0);
    expect(offered.closed()).toBe(0);

    const spare = slowEmbedder('other');
    await moves.offer(spare.embedder)();
    expect(spare.closed()).toBe(1);
  });

  it('follows later where the database is away', async () => {
    const { moves, world, search } = setup();
    world.stored = 'new';
    world.fault = new BotError('database_unavailable', 'away');
    await expect(moves.following(search)).rejects.toMatchObject({ code: 'database_unavailable' });
    world.fault = undefined;
    expect(await moves.following(search)).toBe('new');
    expect(world.fatal).toEqual([]);
  });

  it('closes a model that it could not use, and loads it anew later', async () => {
    const { moves, world, search, loaded } = setup();
    world.stored = 'new';
    world.bindFaults.push(new BotError('disk_full', 'full'));
    await expect(moves.following(search)).rejects.toMatchObject({ code: 'disk_full' });
    expect(loaded.closed()).toBe(1);
    expect(await moves.following(search)).toBe('new');
    expect(world).toMatchObject({ loads: 2, fatal: [] });
  });

  it('follows a database that is moved once more while the model is loaded', async () => {
    const { moves, world, search } = setup();
    world.stored = 'new';
    world.bindFaults.push(movedTo('newer'));
    world.whenLoaded = () => {
      world.stored = 'newer';
    };
    expect(await moves.following(search)).toBe('newer');
    expect(world.fatal).toEqual([]);
  });

  it('takes an offered model over at its release where the exchange was a bad moment for it', async () => {
    const { moves, world } = setup();
    const offered = slowEmbedder('new');
    const release = moves.offer(offered.embedder);
    world.stored = 'new';
    world.bindFaults.push(new BotError('database_unavailable', 'busy'));
    await expect(moves.follow()).rejects.toMatchObject({ code: 'database_unavailable' });
    await release();
    expect(moves.current().model).toBe('new');
    expect(world.loads).toBe(0);
    expect(offered.closed()).toBe(0);
  });

  it('lets go of what is cancelled while the new model is loaded', async () => {
    const { moves, world, search } = setup();
    const cancel = new AbortController();
    world.stored = 'slow';
    const cancelled = moves.following(search, { signal: cancel.signal });
    cancel.abort(new Error('cancelled'));
    await expect(cancelled).rejects.toThrow('cancelled');
    world.letLoad();
    expect(await moves.following(search)).toBe('slow');
  });

  it('is the end where the model can not be had, and says why', async () => {
    const { moves, world, search, first } = setup();
    world.stored = 'folder';
    await expect(moves.following(search)).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringContaining('It lay in a folder.'),
    });
    expect(world.fatal).toHaveLength(1);
    expect(first.closed()).toBe(0);
  });

  it('hands back what waits when the program stops meanwhile', async () => {
    const { moves, world, search, stopping } = setup();
    world.stored = 'folder';
    stopping.abort();
    await expect(moves.following(search)).rejects.toMatchObject({ code: 'model_mismatch' });
    expect(world.fatal).toEqual([]);
  });

  it('gives up where rows are of another model than the database says', async () => {
    const { moves } = setup();
    const mixed = () => Promise.reject(movedTo('third'));
    await expect(moves.following(mixed)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('npm run reembed'),
    });
  });
});
