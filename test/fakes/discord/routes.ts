import type { UploadedFile } from './body.ts';
import type { FakeGateway } from './gateway.ts';
import type { Interactions } from './interactions.ts';
import type { World } from './world.ts';

export interface RouteContext {
  world: World;
  gateway: FakeGateway;
  interactions: Interactions;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  files: Map<string, UploadedFile>;
  /** Where this server is, for links to files. */
  origin: string;
}

export interface Route {
  method: string;
  /** `/channels/:channel/messages`: a named part matches anything but a slash. */
  path: string;
  /** `token`: the secret in the path is what authorises, as for interactions. */
  auth: 'bot' | 'token';
  /** What it returns is sent as JSON; nothing is 204. */
  run(context: RouteContext): unknown;
}

export interface FoundRoute {
  route: Route;
  params: Record<string, string>;
}

export function findRoute(routes: readonly Route[], method: string, path: string): FoundRoute | undefined {
  for (const route of routes) {
    const params = route.method === method ? match(route.path, path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    // discord.js sends `@original` as `%40original`.
    const value = decodeURIComponent(given[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}
