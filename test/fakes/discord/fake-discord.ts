import type { Server } from 'node:http';
import { applicationRoutes } from './application-routes.ts';
import { channelRoutes } from './channel-routes.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGateway, type FakeGateway } from './gateway.ts';
import { createHttpServer, type LoggedRequest, portOf } from './http-server.ts';
import { interactionRoutes } from './interaction-routes.ts';
import { createInteractions, type Interactions } from './interactions.ts';
import { messageRoutes } from './message-routes.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { reactionRoutes } from './reaction-routes.ts';
import { createWorld, type World } from './world.ts';

export interface FakeDiscord {
  /** For DISCORD_API_URL. */
  apiUrl: string;
  /** For DISCORD_TOKEN. */
  token: string;
  origin: string;
  world: World;
  gateway: FakeGateway;
  interactions: Interactions;
  faults: Faults;
  limits: RateLimits;
  /** Every REST request, oldest first. */
  requests: LoggedRequest[];
  close(): Promise<void>;
}

interface FakeDiscordOptions {
  heartbeatMs?: number;
  /** Sends nothing optional, and offers no endpoint that a bot can do without. */
  minimal?: boolean;
}

/**
 * Discord's REST API (v10) and gateway on one local port, written from the documentation at https://discord.com/developers/docs;
 * what it can't tell was taken from what discord.js 14 sends and expects.
 */
export async function createFakeDiscord(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const { heartbeatMs = 41_250, minimal = false } = options;
  const world = createWorld(`${Buffer.from('fake').toString('base64url')}.fake.token`);
  const faults = createFaults();
  const limits = createRateLimits(world.clock);
  const requests: LoggedRequest[] = [];
  const routes = [...interactionRoutes, ...messageRoutes, ...channelRoutes, ...reactionRoutes, ...applicationRoutes];
  const interactions = createInteractions(world, () => gateway);
  const server = createHttpServer({
    world,
    routes,
    faults,
    limits,
    requests,
    minimal,
    context: () => ({ world, gateway, interactions, origin: originOf(server) }),
  });
  const gateway: FakeGateway = createGateway(world, server, {
    url: () => originOf(server).replace('http', 'ws'),
    heartbeatMs,
    minimal,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiUrl: `${originOf(server)}/api`,
    token: world.token,
    origin: originOf(server),
    world,
    gateway,
    interactions,
    faults,
    limits,
    requests,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      // A client may be connecting right now.
      const closing = setInterval(() => {
        gateway.close();
        server.closeAllConnections();
      }, 20);
      await closed;
      clearInterval(closing);
    },
  };
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${portOf(server)}`;
}
