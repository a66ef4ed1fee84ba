import { Client, Events, GatewayDispatchEvents, GatewayIntentBits, Options, type WebSocketShard } from 'discord.js';
import type { Logger } from '../../src/log.ts';
import type { Shards } from '../../src/shards.ts';
import { createHealingStrategy, type HealingStrategy } from './sharding.ts';

export interface ClientSettings {
  apiUrl: string;
  shards: Shards;
  log: Logger;
}

/** The least that commands, replies, mentions, direct messages and reactions need; none is privileged. */
const intents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.DirectMessageReactions,
];
const keptMembers = 200;

/** What this adapter reads by itself; discord.js would only build structures of it, and fails where a server leaves something out. */
const readHere: ReadonlySet<string> = new Set([
  GatewayDispatchEvents.InteractionCreate,
  GatewayDispatchEvents.MessageCreate,
  GatewayDispatchEvents.MessageReactionAdd,
  GatewayDispatchEvents.MessageReactionRemove,
]);

/** A client that is not logged in yet; `onStrategy` is given what can heal its shards once it connects. */
export function createClient(
  { apiUrl, shards, log }: ClientSettings,
  onStrategy: (strategy: HealingStrategy) => void,
): Client {
  const created = new Client({
    intents,
    ...(shards === 'auto' ? { shards } : { shards: shards.ids, shardCount: shards.total }),
    rest: { api: apiUrl },
    // Answers need no cache: servers, channels and roles are kept to tell who moderates.
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      ReactionManager: 0,
      UserManager: keptMembers,
      GuildMemberManager: { maxSize: keptMembers, keepOverLimit: (member) => member.id === member.client.user.id },
    }),
    ws: {
      buildStrategy(manager) {
        const strategy = createHealingStrategy(manager);
        onStrategy(strategy);
        return strategy;
      },
    },
  });
  keepToItself(created, log);
  created.on(Events.Error, (error) => log.error({ err: error }, 'discord.js reported an error'));
  created.on(Events.ShardError, (error, shard) => log.warn({ err: error, shard }, 'a gateway connection failed'));
  created.on(Events.ShardReconnecting, (shard) => log.info({ shard }, 'reconnecting to Discord'));
  created.on(Events.ShardResume, (shard, replayed) => log.info({ shard, replayed }, 'resumed'));
  return created;
}

/** Keeps events from discord.js that it need not see, and the process alive when it fails on another. */
function keepToItself({ ws }: Client, log: Logger) {
  const handle = ws['handlePacket'].bind(ws);
  ws['handlePacket'] = (packet?: { t?: string }, shard?: WebSocketShard) => {
    if (readHere.has(packet?.t ?? '')) return false;
    try {
      return handle(packet, shard);
    } catch (error) {
      log.warn({ err: error, event: packet?.t }, 'discord.js could not read an event');
      return false;
    }
  };
}
