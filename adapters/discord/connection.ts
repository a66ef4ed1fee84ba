import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  Events,
  GatewayDispatchEvents,
  type GatewayInteractionCreateDispatchData,
  type GatewayMessageCreateDispatchData,
  type GatewayReadyDispatchData,
  PermissionFlagsBits,
} from 'discord.js';
import { BotError } from '../../src/errors.ts';
import { type ClientSettings, createClient } from './client.ts';
import { explainLogin, fatalClose } from './login-failure.ts';
import type { ReactionEvent } from './reactions.ts';
import { type HealingStrategy, watchResumes } from './sharding.ts';

export interface GatewayListeners {
  /** Told when a connection is there, before any other event of it; also when a session had to begin anew. */
  ready(identity: Identity): void;
  interaction(interaction: GatewayInteractionCreateDispatchData): Promise<void>;
  message(message: GatewayMessageCreateDispatchData): Promise<void>;
  reaction(event: ReactionEvent, added: boolean): Promise<void>;
}

export interface Connection {
  /** Connects. Throws BotError when the settings are at fault; when Discord can't be reached, it returns and goes on trying. */
  open(listeners: GatewayListeners): Promise<void>;
  moderates(event: { guild: string; channel: string; user: string }): Promise<boolean>;
  /** Says goodbye to the gateway, and waits for the events that are being handled. */
  close(): Promise<void>;
}

export interface Identity {
  application: string;
  user: string;
}

interface ConnectionOptions extends ClientSettings {
  token: string;
  /** Milliseconds a RESUME may stay unanswered. */
  resumeWithinMs: number;
  /** The connection is over for good, while running. */
  onFatal(error: BotError): void;
}

// Events under way need one write to disk; only trouble takes longer.
const longestHandlingMs = 5000;
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

export function createConnection(options: ConnectionOptions): Connection {
  const { log, onFatal, resumeWithinMs } = options;
  const handling = new Set<Promise<void>>();
  let client: Client | undefined;
  let strategy: HealingStrategy | undefined;
  let stopWatching = () => {};
  let closed = false;
  let isOpen = false;

  async function open(listeners: GatewayListeners): Promise<void> {
    try {
      await connect(listeners);
    } catch (error) {
      if (!isPassing(error)) throw error;
      void retry(listeners, error);
    }
  }

  async function retry(listeners: GatewayListeners, first: unknown): Promise<void> {
    let failure = first;
    for (let wait = firstWaitMs; !closed; wait = Math.min(2 * wait, longestWaitMs)) {
      log.warn({ err: failure, waitMs: wait }, 'Discord can not be reached, trying again');
      await sleep(wait, undefined, { ref: false });
      try {
        if (!closed) await connect(listeners);
        return;
      } catch (error) {
        if (!isPassing(error)) return onFatal(explainLogin(error));
        failure = error;
      }
    }
  }

  async function connect(listeners: GatewayListeners): Promise<void> {
    const fresh = createClient(options, (built) => {
      strategy = built;
    });
    client = fresh;
    let refused: BotError | undefined;
    fresh.on(Events.ShardDisconnect, ({ code }) => {
      refused = fatalClose(code);
      if (isOpen) onFatal(refused);
    });
    listen(fresh, listeners);
    // A login resolves a moment before READY is handed on, and with it who the bot is.
    const isReady = new Promise<void>((resolve) => fresh.ws.once(GatewayDispatchEvents.Ready, () => resolve()));
    try {
      await fresh.login(options.token);
      await isReady;
    } catch (error) {
      throw refused ?? explainLogin(error);
    }
    isOpen = true;
    stopWatching = watchResumes(() => strategy, { afterMs: resumeWithinMs, onHeal: reportHealing });
  }

  function reportHealing(shard: number, healed: Promise<void>) {
    log.warn({ shard }, 'a resume stayed unanswered: this shard identifies anew');
    healed.catch((error: unknown) => log.error({ err: error, shard }, 'a shard could not be started anew'));
  }

  /** Straight from the gateway: discord.js's own events wait until all servers are loaded, and need channels in its cache. */
  function listen({ ws }: Client, { ready, interaction, message, reaction }: GatewayListeners) {
    ws.on(GatewayDispatchEvents.Ready, ({ application, user }: GatewayReadyDispatchData) =>
      // A bot's user has the id of its application, but for the oldest ones.
      ready({ application: application?.id ?? user.id, user: user.id }),
    );
    ws.on(GatewayDispatchEvents.InteractionCreate, (data: GatewayInteractionCreateDispatchData) =>
      handle(interaction(data)),
    );
    ws.on(GatewayDispatchEvents.MessageCreate, (data: GatewayMessageCreateDispatchData) => handle(message(data)));
    ws.on(GatewayDispatchEvents.MessageReactionAdd, (data: ReactionEvent) => handle(reaction(data, true)));
    ws.on(GatewayDispatchEvents.MessageReactionRemove, (data: ReactionEvent) => handle(reaction(data, false)));
  }

  function handle(work: Promise<void>): void {
    const handled = work
      .catch((error: unknown) => log.warn({ err: error }, 'an event could not be handled'))
      .finally(() => handling.delete(handled));
    handling.add(handled);
  }

  return {
    open,
    async moderates({ guild, channel, user }) {
      try {
        const place = await client?.channels.fetch(channel);
        const member = await client?.guilds.cache.get(guild)?.members.fetch(user);
        if (!place || !member || place.isDMBased()) return false;
        return place.permissionsFor(member).has(PermissionFlagsBits.ManageMessages);
      } catch (error) {
        log.warn({ err: error }, "a member's permissions could not be read");
        return false;
      }
    },
    async close() {
      closed = true;
      isOpen = false;
      stopWatching();
      const ended = Promise.all([client?.destroy(), ...handling]);
      await Promise.race([ended, sleep(longestHandlingMs, undefined, { ref: false })]);
    },
  };
}

/** Trouble that goes away by itself, unlike wrong settings. */
function isPassing(error: unknown): boolean {
  return error instanceof BotError && error.code === 'internal';
}
