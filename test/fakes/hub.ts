import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What the next requests meet; each rule is used up by the request that it matches. */
export interface HubFault {
  /** The file it is for. */
  file: string;
  method: 'HEAD' | 'GET';
  act:
    | { status: number }
    /** Sends this many bytes of what was asked for, then breaks the connection. */
    | { breakAfter: number }
    /** Sends this many bytes, then nothing, and keeps the connection open. */
    | { hangAfter: number }
    /** Sends this many bytes at a time, with a pause of `everyMs` between. */
    | { drip: number; everyMs: number }
    /** Announces and sends other bytes in their place. */
    | { send: Buffer };
  /** How many requests; 1 when absent. */
  times?: number;
}

export interface FakeHub {
  url: string;
  /** `GET onnx/text_model_quantized.onnx bytes=100-`, in order of arrival. */
  requests: string[];
  faults: HubFault[];
  close(): Promise<void>;
}

export interface FakeHubOptions {
  id: string;
  /** By name within the model. Those under onnx/ are large files: described by a redirect to a file server, with their SHA-256. */
  files: Record<string, Buffer>;
  commit?: string;
  /** A mirror that serves the files alone: no digests, no commit, no redirect. */
  plain?: boolean;
}

/**
 * The part of the Hugging Face hub that downloads use: `/<id>/resolve/<revision>/<file>`, HEAD and GET, ranges, the `x-linked-*` and `x-repo-commit` headers,
 * redirects of large files to another path. Header semantics as in huggingface_hub's `get_hf_file_metadata`.
 */
export async function startFakeHub({ id, files, commit = 'c0ffee', plain = false }: FakeHubOptions): Promise<FakeHub> {
  const requests: string[] = [];
  const faults: HubFault[] = [];

  const server = createServer((request, response) => {
    const [, kind, revision, file = ''] =
      new RegExp(`^/(${id}/resolve|large)/([^/]+)/(.+)$`).exec(request.url ?? '') ?? [];
    const bytes = files[file];
    if (kind !== 'large') requests.push([request.method, file, request.headers.range].filter(Boolean).join(' '));
    if (!kind || !bytes || (revision !== 'main' && revision !== commit)) return end(response, kind ? 404 : 401);
    const fault = takeFault(faults, file, request, kind === 'large' || plain);
    if (fault && 'status' in fault) return end(response, fault.status);
    if (plain) return sendBytes(request, response, bytes, fault);
    response.setHeader('x-repo-commit', commit);
    const isLarge = file.startsWith('onnx/');
    response.setHeader('etag', `"${isLarge && kind === 'large' ? 'a-name-of-the-file-server' : gitDigest(bytes)}"`);
    if (isLarge && kind !== 'large') {
      response.setHeader('x-linked-etag', `"${createHash('sha256').update(bytes).digest('hex')}"`);
      response.setHeader('x-linked-size', String(bytes.length));
      response.setHeader('location', `http://${request.headers.host}/large/${revision}/${file}`);
      return end(response, 302);
    }
    sendBytes(request, response, bytes, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function takeFault(
  faults: HubFault[],
  file: string,
  request: IncomingMessage,
  sendsBytes: boolean,
): HubFault['act'] | undefined {
  // The hub itself refuses; the bytes of a large file come from the file server that it redirects to.
  const isAnsweredHere = (fault: HubFault) => 'status' in fault.act || !file.startsWith('onnx/') || sendsBytes;
  const fault = faults.find((one) => one.file === file && one.method === request.method && isAnsweredHere(one));
  if (!fault) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times === 0) faults.splice(faults.indexOf(fault), 1);
  return fault.act;
}

function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Buffer,
  fault: HubFault['act'] | undefined,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const bytes = fault && 'send' in fault ? fault.send : whole.subarray(from);
  const headers = { 'content-length': bytes.length, 'accept-ranges': 'bytes' };
  if (from > 0)
    response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` });
  else response.writeHead(200, headers);
  if (request.method === 'HEAD') return void response.end();
  if (fault && 'breakAfter' in fault)
    return void response.write(bytes.subarray(0, fault.breakAfter), () => response.destroy());
  if (fault && 'hangAfter' in fault) return void response.write(bytes.subarray(0, fault.hangAfter));
  if (fault && 'drip' in fault) return void drip(response, bytes, fault);
  response.end(bytes);
}

async function drip(response: ServerResponse, bytes: Buffer, pace: { drip: number; everyMs: number }): Promise<void> {
  for (let at = 0; at < bytes.length; at += pace.drip) {
    response.write(bytes.subarray(at, at + pace.drip));
    await delay(pace.everyMs);
  }
  response.end();
}

/** What git, and so the hub, calls a small file: the SHA-1 of its blob. */
function gitDigest(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
