import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Person } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';

const cookieName = 'promptory_session';
const yearInSeconds = 365 * 24 * 3600;
const localPerson: Person = { id: 'local', name: 'you' };

export interface SessionVariables {
  person: Person;
}

/**
 * Who is asking. Without a token everybody is the one local person. With one, `Authorization: Bearer` names a client
 * (told apart by `X-Promptory-User`), and a signed cookie names a browser that has shown the token once.
 * Throws BotError `unauthorized`.
 */
export function identify(token: string | undefined): MiddlewareHandler<{ Variables: SessionVariables }> {
  return async (context, next) => {
    const person = token === undefined ? localPerson : await personOf(context, token);
    if (!person)
      throw new BotError('unauthorized', 'This page needs its WEB_TOKEN: sign in, or send it as a Bearer token.');
    context.set('person', person);
    await next();
  };
}

/** Gives this browser its signed cookie, as a new person. Throws BotError `unauthorized` for a wrong token. */
export async function signIn(context: Context, token: string | undefined, given: string): Promise<void> {
  if (token === undefined) return;
  if (!isSame(given, token))
    throw new BotError('unauthorized', 'This is not the WEB_TOKEN of this page. Check it and try again.');
  await setSignedCookie(context, cookieName, randomUUID(), signingKey(token), {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: yearInSeconds,
    secure: context.req.header('x-forwarded-proto') === 'https',
  });
}

async function personOf(context: Context, token: string): Promise<Person | undefined> {
  const bearer = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return isSame(bearer, token) ? clientPerson(context) : undefined;
  const browser = await getSignedCookie(context, signingKey(token), cookieName);
  return browser ? { id: `browser:${browser}`, name: 'someone' } : undefined;
}

function clientPerson(context: Context): Person {
  const name = (context.req.header('x-promptory-user') ?? '').slice(0, 64);
  return name ? { id: `client:${name}`, name } : { id: 'client', name: 'someone' };
}

/** A cookie must not carry the token itself, and a changed token must end every session. */
function signingKey(token: string): string {
  return createHash('sha256').update(`promptory session ${token}`).digest('hex');
}

/** Digests have equal lengths, which the constant-time comparison needs. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest());
}
