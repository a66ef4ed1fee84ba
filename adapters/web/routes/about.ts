import { Hono } from 'hono';
import { z } from 'zod';
import { BotError } from '../../../src/errors.ts';
import type { RouteParts, WebEnvironment } from '../server.ts';
import { signIn } from '../session.ts';
import { readBody } from '../submission.ts';

const suggestionSchema = z.object({
  command: z.string().max(100),
  option: z.string().max(100),
  typed: z.string().max(1000).default(''),
});

/** What the page needs to know of the program: its commands, completions and notices. */
export function aboutRoutes({ handler, about, scope, maxImageBytes }: RouteParts): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();

  routes.get('/commands', (context) => context.json({ commands: handler.commands, reactions: handler.reactions }));

  routes.get('/about', (context) => context.json({ ...about(), maxImageBytes }));

  routes.get('/suggest', async (context) => {
    const question = suggestionSchema.safeParse(context.req.query());
    if (!question.success) throw new BotError('invalid_input', 'Name the command and the option to complete.');
    const suggestions = await handler.suggest({ ...question.data, scope, person: context.get('person') });
    return context.json({ suggestions });
  });

  return routes;
}

/** Where a browser shows the token once and gets its cookie. */
export function sessionRoutes(token: string | undefined): Hono {
  const routes = new Hono();
  routes.post('/', async (context) => {
    const given = await readBody(context, z.object({ token: z.string().max(1000) }));
    await signIn(context, token, given.token);
    return context.body(null, 204);
  });
  return routes;
}
