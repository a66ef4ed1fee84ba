import type { Program } from './program.ts';

export interface ApiImage {
  url: string;
  alt: string;
  width: number;
  height: number;
  seed: number;
}

export interface ApiMessage {
  id: string;
  author: string;
  text: string;
  tone?: string;
  neighbours?: { id: string; prompt: string; similarity?: number; imageUrl?: string }[];
  refinement?: {
    original: string;
    prompt: string;
    refiner: string;
    changes: { text: string; reason: string; neighbourId?: string }[];
  };
  images?: ApiImage[];
  actions: { id: string; label: string; emoji: string }[];
  generationId?: string;
  parentId?: string;
}

export interface ApiThread {
  id: string;
  status: 'queued' | 'running' | 'done' | 'failed';
  messages: ApiMessage[];
}

/** The documented HTTP API, as a client would write it. */
export function apiOf(program: Program) {
  const url = (route: string) => new URL(route, program.url);

  async function read<Value>(route: string): Promise<Value> {
    const response = await fetch(url(route));
    if (!response.ok) throw new Error(`GET ${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Value;
  }

  function send(method: string, route: string, body: unknown): Promise<Response> {
    return fetch(url(route), { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  async function finished(id: string): Promise<ApiThread> {
    for (;;) {
      const thread = await read<ApiThread>(`/api/threads/${id}`);
      if (thread.status === 'done' || thread.status === 'failed') return thread;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function ask(command: string, options: Record<string, unknown>): Promise<string> {
    const response = await send('POST', '/api/threads', { command, options });
    const answer = (await response.json()) as { id: string };
    if (response.status !== 202) throw new Error(`POST /api/threads: ${response.status} ${JSON.stringify(answer)}`);
    return answer.id;
  }

  async function press(thread: string, message: ApiMessage, emoji: string): Promise<ApiThread> {
    const action = message.actions.find((known) => known.emoji === emoji);
    const response = await send('POST', `/api/threads/${thread}/messages/${message.id}/actions`, { id: action?.id });
    if (response.status !== 202) throw new Error(`pressing ${emoji}: ${response.status} ${await response.text()}`);
    return finished(thread);
  }

  async function replyWith(thread: string, image: Uint8Array): Promise<ApiThread> {
    const form = new FormData();
    form.set('image', new Blob([Buffer.from(image)]), 'picture');
    const response = await fetch(url(`/api/threads/${thread}/messages`), { method: 'POST', body: form });
    if (response.status !== 202) throw new Error(`replying: ${response.status} ${await response.text()}`);
    return finished(thread);
  }

  async function bytes(route: string): Promise<Uint8Array> {
    return new Uint8Array(await (await fetch(url(route))).arrayBuffer());
  }

  return { url, read, send, ask, finished, press, replyWith, bytes };
}

export const picturesOf = (thread: ApiThread) => thread.messages.filter(({ images }) => images && images.length > 0);

/** The last message with pictures that the bot made. */
export function lastPictures(thread: ApiThread): ApiMessage & { images: ApiImage[] } {
  const message = picturesOf(thread)
    .filter(({ author }) => author !== 'you')
    .at(-1);
  if (!message?.images) throw new Error(`no pictures in ${JSON.stringify(thread.messages)}`);
  return { ...message, images: message.images };
}
