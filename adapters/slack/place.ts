import type { MessageRef, ThreadRef } from '../../src/chat.ts';

export const adapterName = 'slack';

/** Where an answer goes, and to whom. Its text form is the `thread` of refs, so it survives restarts without a table. */
export interface Place {
  channel: string;
  /** The ts of the thread's root message. */
  thread?: string | undefined;
  /** Id of the record whose root message opens the thread, for commands that came without a message. */
  opening?: string | undefined;
  /** Who asked: personal answers are shown to them alone. */
  user?: string | undefined;
  /** The final pictures go to the channel as well. */
  broadcast?: boolean | undefined;
  /** Everything that is said here is for the asker alone, and opens no thread. */
  personal?: boolean | undefined;
  /** Another process may have posted here for the same job, at the earliest then (milliseconds). Not part of the text form. */
  maybeSince?: number | undefined;
}

export function threadRef({ broadcast, personal, maybeSince: _, ...place }: Place): ThreadRef {
  const flags = { broadcast: broadcast ? '1' : undefined, personal: personal ? '1' : undefined };
  const fields = Object.entries({ ...place, ...flags });
  const given = fields.filter((field): field is [string, string] => field[1] !== undefined);
  return { adapter: adapterName, thread: new URLSearchParams(given).toString() };
}

/** Reactions name channel and ts alone, so a message's ref holds no more. */
export function messageRef(channel: string, ts: string): MessageRef {
  return { ...threadRef({ channel }), message: ts };
}

export function placeOf({ thread }: Pick<ThreadRef, 'thread'>): Place {
  const fields = new URLSearchParams(thread);
  const field = (name: string) => fields.get(name) ?? undefined;
  return {
    channel: fields.get('channel') ?? '',
    thread: field('thread'),
    opening: field('opening'),
    user: field('user'),
    broadcast: fields.has('broadcast'),
    personal: fields.has('personal'),
  };
}

/** Direct conversations are private already. */
export function isDirect(channel: string): boolean {
  return channel.startsWith('D');
}
