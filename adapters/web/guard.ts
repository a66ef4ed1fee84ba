import type { MiddlewareHandler } from 'hono';
import { BotError } from '../../src/errors.ts';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
const safeMethods = new Set(['GET', 'HEAD']);

/**
 * Refuses requests for a name that is not this machine's: a foreign site whose DNS points here could otherwise read the page.
 * With a token any name is fine (a proxy in front has its own), because a foreign site's requests carry no session.
 */
export function checkHost(options: { host: string; token: string | undefined }): MiddlewareHandler {
  return async (context, next) => {
    if (options.token === undefined && !isOwnName(context.req.header('host'), options.host)) {
      throw new BotError(
        'forbidden',
        'This page answers only under localhost or its configured HOST. Open it by that address.',
      );
    }
    await next();
  };
}

function isOwnName(header: string | undefined, configured: string): boolean {
  const name = hostName(header);
  return name !== undefined && (loopbackNames.has(name) || name === configured || name === `[${configured}]`);
}

function hostName(header: string | undefined): string | undefined {
  if (!header || !URL.canParse(`http://${header}`)) return undefined;
  return new URL(`http://${header}`).hostname;
}

/** Refuses what another site's page sends in a visitor's name. Clients that are no browser send neither header and pass. */
export function checkOrigin(): MiddlewareHandler {
  return async (context, next) => {
    const site = context.req.header('sec-fetch-site');
    const origin = context.req.header('origin');
    const changes = !safeMethods.has(context.req.method);
    // A link on another site may open the page.
    const isLink = !changes && context.req.header('sec-fetch-mode') === 'navigate';
    if ((!isLink && isForeignSite(site, changes)) || (changes && isForeignOrigin(origin, context.req.header('host')))) {
      throw new BotError('forbidden', 'Another site sent this request, so it was not carried out.');
    }
    await next();
  };
}

function isForeignSite(site: string | undefined, changes: boolean): boolean {
  return site === 'cross-site' || (changes && site === 'same-site');
}

function isForeignOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
