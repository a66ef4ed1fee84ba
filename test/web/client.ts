import type { RunningWeb } from './scripted.ts';

export interface ApiMessage {
  id: string;
  author: string;
  kind: 'person' | 'bot';
  text: string;
  tone?: string;
  neighbours?: { id: string; prompt: string; similarity?: number; imageUrl?: string }[];
  refinement?: { original: string; prompt: string; changes: { text: string; reason: string; neighbourId?: string }[] };
  images?: { url: string; alt: string; width: number; height: number; seed?: number }[];
  actions: { id: string; label: string; emoji: string }[];
  reactions: { emoji: string; count: number; mine: boolean }[];
  generationId?: string;
  parentId?: string;
}

export interface ApiThread {
  id: string;
  title: string;
  status: 'queued' | 'running' | 'done' | 'failed';
  revision: number;
  messages: ApiMessage[];
  progress: { jobId: string; label: string }[];
}

interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls the API as a client outside a browser does. A FormData body goes as it is, anything else as JSON. */
export async function call(web: Pick<RunningWeb, 'url'>, path: string, { method, body, headers = {} }: Call = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(web.url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: body === undefined || isForm ? headers : { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function startThread(web: Pick<RunningWeb, 'url'>, body: unknown): Promise<string> {
  const { json } = await call(web, '/api/threads', { body });
  return json.id;
}

export async function readThread(web: Pick<RunningWeb, 'url'>, id: string): Promise<ApiThread> {
  return (await call(web, `/api/threads/${id}`)).json;
}

export function imageForm(bytes: Uint8Array, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('image', new File([new Uint8Array(bytes)], 'picture.png'));
  return form;
}

export interface StreamEvent {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** Reads an event stream until `isLast` says so; throws when the stream ends first. */
export async function readEvents(
  web: Pick<RunningWeb, 'url'>,
  path: string,
  isLast: (event: StreamEvent) => boolean,
  headers: Record<string, string> = {},
): Promise<StreamEvent[]> {
  const leaving = new AbortController();
  const response = await fetch(web.url + path, { headers, signal: leaving.signal });
  if (!response.body) throw new Error(`no stream: ${response.status}`);
  const events: StreamEvent[] = [];
  let text = '';
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseEvent(block);
        if (!event) continue;
        events.push(event);
        if (isLast(event)) return events;
      }
    }
  } finally {
    leaving.abort();
  }
  throw new Error('the stream ended');
}

function parseEvent(block: string): StreamEvent | undefined {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const event = field('event');
  return event === undefined ? undefined : { event, id: field('id'), data: JSON.parse(field('data') ?? '{}') };
}
