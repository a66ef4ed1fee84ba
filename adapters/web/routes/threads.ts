import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { BotError } from '../../../src/errors.ts';
import { createFollower } from '../events.ts';
import type { ThreadRecord } from '../records.ts';
import type { RouteParts, WebEnvironment } from '../server.ts';
import { readBody, readSubmission } from '../submission.ts';
import { threadSummary, threadView } from '../view.ts';

const controlSchema = z.object({ id: z.string().min(1).max(100), text: z.string().max(20_000).optional() });
const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(30),
  before: z.string().max(64).optional(),
});

/** Threads: starting, listing, reading, following and answering them. */
export function threadRoutes({ name, intake, threads, jobs, hub, maxImageBytes }: RouteParts): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();

  const viewOf = (context: Context<WebEnvironment>) => threads.as(context.get('person').id);

  function found(context: Context<WebEnvironment>): ThreadRecord {
    const thread = viewOf(context).find(context.req.param('thread') ?? '');
    if (!thread) throw new BotError('not_found', 'This thread does not exist. It may be from another data folder.');
    return thread;
  }

  routes.post('/', async (context) => {
    const submission = await readSubmission(context, maxImageBytes);
    return context.json({ id: await intake.startThread(submission, senderOf(context)) }, 202);
  });

  routes.get('/', (context) => {
    const page = pageSchema.safeParse(context.req.query());
    if (!page.success) throw new BotError('invalid_input', 'limit is 1 to 100, before the id of a thread.');
    const listed = viewOf(context).list(page.data);
    return context.json({
      threads: listed.map((thread) => threadSummary(thread, jobs.status(thread.id))),
      next: listed.length === page.data.limit ? listed.at(-1)?.id : undefined,
    });
  });

  routes.get('/:thread', (context) => {
    const thread = found(context);
    const now = {
      status: jobs.status(thread.id),
      progress: jobs.progress(thread.id).map((job) => ({ ...job, preview: jobs.preview(job.jobId) })),
      messages: viewOf(context).messages(thread.id),
    };
    return context.json(threadView(thread, { ...now, viewer: context.get('person').id }));
  });

  routes.get('/:thread/events', (context) => {
    const thread = found(context).id;
    const after = Number(context.req.header('last-event-id') ?? context.req.query('after') ?? 0);
    const follow = createFollower({
      thread,
      viewer: context.get('person').id,
      after: Number.isSafeInteger(after) ? after : 0,
      hub,
      threads,
      jobs,
      signal: context.req.raw.signal,
    });
    return streamSSE(context, follow);
  });

  routes.post('/:thread/messages', async (context) => {
    const thread = found(context);
    const submission = await readSubmission(context, maxImageBytes);
    return context.json({ id: await intake.reply(thread.id, submission, senderOf(context)) }, 202);
  });

  routes.post('/:thread/actions', async (context) => {
    const thread = found(context);
    const last = viewOf(context).messages(thread.id).at(-1);
    const message = { adapter: name, thread: thread.id, message: last?.id ?? '' };
    await intake.press(message, await readBody(context, controlSchema), senderOf(context));
    return context.json({}, 202);
  });

  return routes;
}

/** Who sends this, and the id by which a repeated request is known. */
export function senderOf(context: Context<WebEnvironment>) {
  return { person: context.get('person'), idempotencyKey: context.req.header('idempotency-key') };
}
