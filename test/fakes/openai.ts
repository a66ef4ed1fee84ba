import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ChatRequest {
  method: string;
  path: string;
  authorization: string | undefined;
  body: {
    model: string;
    messages: { role: string; content: string }[];
    response_format?: { type: string; json_schema: { name: string; strict: boolean; schema: Record<string, unknown> } };
    [name: string]: unknown;
  };
}

/** What the server does with one request. */
export type Reply =
  | { kind: 'answer'; content: string | ((request: ChatRequest) => string); finishReason?: string }
  | { kind: 'refusal'; refusal: string }
  | { kind: 'status'; status: number; error?: Record<string, unknown>; headers?: Record<string, string> }
  /** The body as it is, with status 200. */
  | { kind: 'raw'; body: string }
  /** Announces a longer body than it sends, then closes. */
  | { kind: 'cut'; body: string }
  /** Never answers. */
  | { kind: 'hang' };

export interface FakeOpenAi {
  /** Ends in `/v1`, as in OPENAI_BASE_URL. */
  baseUrl: string;
  requests: ChatRequest[];
  /** Adds replies; each answers one request, in order. A request beyond them gets status 418, which no client retries. */
  script(...replies: Reply[]): void;
  /** Answers every request beyond the script. */
  always(reply: Reply): void;
  /** What its moderation has been asked, in order: texts, and `data:` addresses of pictures. */
  judged: string[];
  /** What its moderation finds in an input that matches; the first match counts. Without one nothing is found. */
  flag(input: RegExp, ...categories: string[]): void;
  /** How its moderation answers the next requests, instead of judging. */
  scriptModeration(...replies: Reply[]): void;
  close(): Promise<void>;
}

/** A server on a free port that speaks the chat completions API from a script. */
export async function startFakeOpenAi(): Promise<FakeOpenAi> {
  const requests: ChatRequest[] = [];
  const replies: Reply[] = [];
  const judged: string[] = [];
  const flags: [RegExp, readonly string[]][] = [];
  const moderationReplies: Reply[] = [];
  let beyond: Reply = { kind: 'status', status: 418, error: { message: 'nothing is scripted' } };
  const server = createServer(async (incoming, outgoing) => {
    const request = await read(incoming);
    requests.push(request);
    if (request.method === 'POST' && request.path === '/v1/moderations') {
      const input = moderationInput(request);
      judged.push(...input);
      const found = flags.find(([pattern]) => input.some((item) => pattern.test(item)))?.[1] ?? [];
      const scripted = moderationReplies.shift();
      if (scripted) answer(outgoing, request, scripted);
      else send(outgoing, 200, moderation(request, found));
      return;
    }
    const known = request.method === 'POST' && request.path === '/v1/chat/completions';
    answer(outgoing, request, known ? (replies.shift() ?? beyond) : { kind: 'status', status: 404 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    judged,
    flag: (input, ...categories) => void flags.push([input, categories]),
    scriptModeration: (...more) => void moderationReplies.push(...more),
    script: (...more) => void replies.push(...more),
    always(reply) {
      beyond = reply;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: JSON.parse(Buffer.concat(chunks).toString() || '{}'),
  };
}

function answer(outgoing: ServerResponse, request: ChatRequest, reply: Reply): void {
  switch (reply.kind) {
    case 'answer': {
      const content = typeof reply.content === 'string' ? reply.content : reply.content(request);
      send(outgoing, 200, completion(request, { content, refusal: null }, reply.finishReason));
      return;
    }
    case 'refusal':
      send(outgoing, 200, completion(request, { content: null, refusal: reply.refusal }));
      return;
    case 'status':
      send(outgoing, reply.status, { error: { message: 'scripted', ...reply.error } }, reply.headers);
      return;
    case 'raw':
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(reply.body);
      return;
    case 'cut':
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.body.length + 100 });
      outgoing.write(reply.body, () => outgoing.destroy());
      return;
    case 'hang':
      return;
  }
}

function send(outgoing: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function completion(
  request: ChatRequest,
  message: { content: string | null; refusal: string | null },
  reason = 'stop',
) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: request.body.model,
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: reason, logprobs: null }],
    usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
  };
}

const moderationCategories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
];

/** The parts of a multi-modal input: https://platform.openai.com/docs/api-reference/moderations/create */
function moderationInput({ body }: ChatRequest): string[] {
  const parts = body['input'] as { text?: string; image_url?: { url: string } }[];
  return parts.map(({ text, image_url }) => text ?? image_url?.url ?? '');
}

/** As https://platform.openai.com/docs/api-reference/moderations/object: every category, found or not. */
function moderation({ body }: ChatRequest, found: readonly string[]) {
  const each = <Value>(tell: (isFound: boolean) => Value) =>
    Object.fromEntries(moderationCategories.map((category) => [category, tell(found.includes(category))]));
  const result = {
    flagged: found.length > 0,
    categories: each((isFound) => isFound),
    category_scores: each((isFound) => (isFound ? 0.98 : 0.001)),
    category_applied_input_types: each((isFound) => (isFound ? ['text', 'image'] : [])),
  };
  return { id: 'modr-1', model: body.model, results: [result] };
}
