import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { ChatHandler, NeighbourView } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import type { ImageFiles } from '../../src/images/image-files.ts';
import type { Logger } from '../../src/log.ts';
import type { Hub } from './events.ts';
import { checkHost, checkOrigin } from './guard.ts';
import { errorResponse } from './http-errors.ts';
import type { Intake } from './intake.ts';
import type { Jobs } from './jobs.ts';
import { aboutRoutes, sessionRoutes } from './routes/about.ts';
import { imageRoutes } from './routes/images.ts';
import { messageRoutes } from './routes/messages.ts';
import { pageRoutes } from './routes/page.ts';
import { searchRoutes } from './routes/search.ts';
import { threadRoutes } from './routes/threads.ts';
import { identify, type SessionVariables } from './session.ts';
import { tooLarge } from './submission.ts';
import type { Threads } from './threads.ts';

/** Room for texts, field names and boundaries beside the pictures. */
const formOverheadBytes = 1024 * 1024;
const maxJsonBytes = 1024 * 1024;

export interface WebEnvironment {
  Variables: SessionVariables;
}

/** What the page says about the program. */
interface About {
  version: string;
  engine: string;
  model: string;
  /** Shown as a banner: "The small bundled model is in use …". */
  notices: readonly string[];
}

export interface SearchQuery {
  text?: string | undefined;
  image?: Uint8Array | undefined;
}

/** What the routes work with. */
export interface RouteParts {
  name: string;
  scope: string;
  handler: ChatHandler;
  intake: Intake;
  threads: Threads;
  jobs: Jobs;
  hub: Hub;
  images: ImageFiles;
  search(query: SearchQuery, options: { limit: number; signal: AbortSignal }): Promise<NeighbourView[]>;
  about(): About;
  maxImageBytes: number;
}

/** The HTTP API and the page as one hono application. */
export function createServer(parts: RouteParts, options: { host: string; token: string | undefined; log: Logger }) {
  const app = new Hono<WebEnvironment>();
  app.onError((error, context) => errorResponse(context, error, options.log));
  app.notFound((context) => {
    const error = new BotError('not_found', 'There is nothing at this address.');
    return errorResponse(context, error, options.log);
  });

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'https:', 'data:', 'blob:'],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      crossOriginResourcePolicy: 'same-origin',
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
      xFrameOptions: 'DENY',
    }),
  );
  app.use(checkHost(options), checkOrigin());
  app.use(limitBody(parts.maxImageBytes));
  app.route('/', pageRoutes());
  app.route('/api/session', sessionRoutes(options.token));

  app.use('/api/*', identify(options.token));
  app.use('/images/*', identify(options.token));
  app.route('/api', aboutRoutes(parts));
  app.route('/api/threads', threadRoutes(parts));
  app.route('/api/threads', messageRoutes(parts));
  app.route('/api/search', searchRoutes(parts));
  app.route('/images', imageRoutes(parts));
  return app;
}

/** Stops a body at its limit before it is held in memory. */
function limitBody(maxImageBytes: number) {
  const onError = () => {
    throw tooLarge(maxImageBytes);
  };
  const forms = bodyLimit({ maxSize: maxImageBytes + formOverheadBytes, onError });
  const others = bodyLimit({ maxSize: maxJsonBytes, onError });
  return (...[context, next]: Parameters<typeof forms>) =>
    context.req.header('content-type')?.startsWith('multipart/form-data')
      ? forms(context, next)
      : others(context, next);
}
