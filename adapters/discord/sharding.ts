import {
  type IShardingStrategy,
  SimpleShardingStrategy,
  type WebSocketOptions,
  WebSocketShardStatus,
} from 'discord.js';

type Manager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** discord.js's own strategy, one for each shard, so that a single shard can be started anew. */
export interface HealingStrategy extends IShardingStrategy {
  /** Drops a shard's session and connection, and identifies it anew. */
  heal(shard: number): Promise<void>;
}

export function createHealingStrategy(manager: Manager): HealingStrategy {
  const shards = new Map<number, SimpleShardingStrategy>();

  return {
    async spawn(ids) {
      for (const id of ids) {
        const shard = new SimpleShardingStrategy(manager);
        await shard.spawn([id]);
        shards.set(id, shard);
      }
    },
    async connect() {
      await Promise.all([...shards.values()].map((shard) => shard.connect()));
    },
    async destroy(options) {
      await Promise.all([...shards.values()].map((shard) => shard.destroy(options)));
      shards.clear();
    },
    async send(id, payload) {
      await shards.get(id)?.send(id, payload);
    },
    async fetchStatus() {
      const found = await Promise.all([...shards.values()].map((shard) => shard.fetchStatus()));
      const none = await new SimpleShardingStrategy(manager).fetchStatus();
      return none.concat(...found);
    },
    async heal(id) {
      const shard = shards.get(id);
      if (!shard) return;
      // Without a `recover` the session is dropped with the connection.
      await shard.destroy({ reason: 'The resume was not answered' });
      await shard.spawn([id]);
      await shard.connect();
    },
  };
}

/**
 * Heals shards whose RESUME stays unanswered: discord.js waits for it without a limit, while heartbeats go on.
 * Returns a function that stops watching.
 */
export function watchResumes(
  strategy: () => HealingStrategy | undefined,
  { afterMs, onHeal }: { afterMs: number; onHeal: (shard: number, healed: Promise<void>) => void },
): () => void {
  const since = new Map<number, number>();
  const timer = setInterval(async () => {
    const current = strategy();
    if (!current) return;
    for (const [id, status] of await current.fetchStatus()) {
      if (status !== WebSocketShardStatus.Resuming) since.delete(id);
      else if (!since.has(id)) since.set(id, Date.now());
      else if (Date.now() - (since.get(id) ?? 0) >= afterMs) {
        since.delete(id);
        onHeal(id, current.heal(id));
      }
    }
  }, afterMs / 5);
  return () => clearInterval(timer);
}
