import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { MessageRef } from '../../../src/chat.ts';
import { BotError } from '../../../src/errors.ts';
import type { RouteParts, WebEnvironment } from '../server.ts';
import { readBody } from '../submission.ts';
import { senderOf } from './threads.ts';

const controlSchema = z.object({ id: z.string().min(1).max(100), text: z.string().max(20_000).optional() });
const reactionSchema = z.object({ emoji: z.string().min(1).max(32) });

/** What people do with one message: press its controls, give and take back reactions. */
export function messageRoutes({ name, intake, threads }: RouteParts): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();

  function found(context: Context<WebEnvironment>): MessageRef {
    const { thread = '', message = '' } = context.req.param();
    if (!threads.as(context.get('person').id).findMessage(thread, message)) {
      throw new BotError('not_found', 'This message does not exist (any more).');
    }
    return { adapter: name, thread, message };
  }

  async function react(context: Context<WebEnvironment>, message: MessageRef, added: boolean) {
    const emoji = context.req.query('emoji');
    const reaction = emoji === undefined ? await readBody(context, reactionSchema) : readReaction(emoji);
    await intake.react(message, { ...reaction, added }, senderOf(context));
    return context.json({}, 202);
  }

  routes.post('/:thread/messages/:message/actions', async (context) => {
    const message = found(context);
    await intake.press(message, await readBody(context, controlSchema), senderOf(context));
    return context.json({}, 202);
  });

  routes.post('/:thread/messages/:message/reactions', (context) => react(context, found(context), true));

  routes.delete('/:thread/messages/:message/reactions', (context) => react(context, found(context), false));

  return routes;
}

function readReaction(emoji: string): z.infer<typeof reactionSchema> {
  const reaction = reactionSchema.safeParse({ emoji });
  if (!reaction.success) throw new BotError('invalid_input', 'Name the reaction: ?emoji=…');
  return reaction.data;
}
