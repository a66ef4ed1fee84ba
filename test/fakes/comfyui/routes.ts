import type { IncomingMessage, ServerResponse } from 'node:http';
import { basic, type FakeComfyui, type FakeComfyuiOptions } from './fake-comfyui.ts';
import { type Graph, validate } from './graph.ts';
import type { createJobs, Job } from './jobs.ts';

export interface Request {
  method: string;
  path: string;
  body: Buffer;
}

interface Parts {
  jobs: ReturnType<typeof createJobs>;
  uploads: Map<string, Buffer>;
  requests: Request[];
  options: FakeComfyuiOptions;
  fake: FakeComfyui;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The routes of ComfyUI's server.py that a client of its API uses. */
export function createRoutes({ jobs, uploads, requests, options, fake }: Parts) {
  const { models = ['sd_xl_base_1.0.safetensors', 'v1-5-pruned-emaonly.safetensors'], hasJobsApi = true } = options;

  return async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://fake');
    const request = { method: incoming.method ?? '', path: pathname, body: Buffer.concat(chunks) };
    requests.push(request);
    const answer = (status: number, body?: object) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body));
    if (options.login && incoming.headers.authorization !== basic(options.login)) return answer(401, {});
    const json = () => JSON.parse(request.body.toString() || '{}');
    const [, first, second, third, fourth] = pathname.split('/');
    switch (`${request.method} /${first}`) {
      case 'POST /prompt':
        return prompt(json(), answer, outgoing);
      case 'GET /history':
        return answer(200, jobs.history.has(second ?? '') ? { [second ?? '']: jobs.history.get(second ?? '') } : {});
      case 'GET /queue':
        return answer(200, {
          queue_running: [jobs.running()].flatMap(listed),
          queue_pending: jobs.pending().flatMap(listed),
        });
      case 'POST /queue':
        for (const id of json().delete ?? []) if (jobs.dequeue(id)) fake.cancelled.push(id);
        return answer(200);
      case 'POST /interrupt':
        return interrupt(json().prompt_id, answer);
      case 'POST /api':
        if (!hasJobsApi || second !== 'jobs' || fourth !== 'cancel') return answer(405);
        return answer(200, { cancelled: cancel(third ?? '') });
      case 'GET /system_stats':
        return answer(200, { system: { comfyui_version: options.version ?? '0.9.1' }, devices: [] });
      case 'GET /object_info':
        return answer(200, second === 'CheckpointLoaderSimple' ? { [second]: checkpointLoader() } : {});
      case 'POST /upload':
        return upload(request, incoming, answer);
      case 'GET /view':
        return view(searchParams.get('filename') ?? '', outgoing);
      default:
        return answer(404);
    }
  };

  function prompt(
    body: { prompt: Graph; prompt_id?: string; client_id?: string },
    answer: Answer,
    outgoing: ServerResponse,
  ) {
    const id = (options.choosesIds ? undefined : body.prompt_id) ?? crypto.randomUUID();
    const rejection = (type: string, message: string, node_errors: object) =>
      answer(400, { error: { type, message, details: JSON.stringify(body.prompt), extra_info: {} }, node_errors });
    if (!uuid.test(id)) return rejection('invalid_prompt_id', 'prompt_id must be a valid UUID', {});
    const outputs = Object.values(body.prompt).filter(({ class_type }) => class_type === 'SaveImage');
    if (outputs.length === 0) return rejection('prompt_no_outputs', 'Prompt has no outputs', []);
    if (options.rejects !== undefined) {
      const error = { type: 'custom_validation_failed', message: options.rejects, details: options.rejects };
      const errors = [{ ...error, extra_info: { input_name: 'text', received_value: options.rejects } }];
      return rejection('prompt_outputs_failed_validation', options.rejects, { 6: { class_type: 'Custom', errors } });
    }
    const faults = validate(body.prompt, models, new Set(uploads.keys()));
    if (Object.keys(faults).length > 0) {
      return rejection('prompt_outputs_failed_validation', 'Prompt outputs failed validation', faults);
    }
    jobs.add({ id, clientId: body.client_id, graph: body.prompt });
    if (fake.submission === 'lost') return outgoing.socket?.resetAndDestroy();
    if (fake.submission === 'gateway') return outgoing.writeHead(504, { 'content-type': 'text/html' }).end('Timeout');
    return answer(200, { prompt_id: id, number: jobs.graphs.length, node_errors: {} });
  }

  function cancel(id: string): boolean {
    const isRunning = jobs.running()?.id === id;
    if (isRunning) jobs.interrupt();
    if (!isRunning && !jobs.dequeue(id)) return false;
    fake.cancelled.push(id);
    return true;
  }

  /** Builds before 0.3.60 read no body: whatever runs is interrupted. */
  function interrupt(id: string | undefined, answer: Answer) {
    const isTargeted = !/^0\.([0-2]\.|3\.[0-5]?\d$)/.test(options.version ?? '0.9.1');
    if (isTargeted && id !== undefined) cancel(id);
    else {
      fake.globalInterrupts += 1;
      jobs.interrupt();
    }
    return answer(200);
  }

  function checkpointLoader() {
    const choices = options.newObjectInfo ? ['COMBO', { options: models }] : [models, { tooltip: 'The checkpoint.' }];
    return { input: { required: { ckpt_name: choices } }, output: ['MODEL', 'CLIP', 'VAE'] };
  }

  async function upload({ body }: Request, { headers }: IncomingMessage, answer: Answer) {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('image');
    if (!(file instanceof File)) return answer(400);
    uploads.set(`up/${file.name}`, Buffer.from(await file.arrayBuffer()));
    return answer(200, { name: file.name, subfolder: 'up', type: 'input' });
  }

  function view(filename: string, outgoing: ServerResponse) {
    const file = jobs.files.get(filename);
    if (!file) return outgoing.writeHead(404).end();
    if (file.kind === 'page') return outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
    outgoing.writeHead(200, { 'content-type': 'image/png', 'content-length': file.bytes.length });
    if (file.kind !== 'cut') return outgoing.end(file.bytes);
    return outgoing.write(file.bytes.subarray(0, file.bytes.length / 2), () => outgoing.destroy());
  }
}

type Answer = (status: number, body?: object) => unknown;

/** An item of the queue: `(number, prompt_id, prompt, extra_data, outputs)`. */
function listed(job: Job | undefined): unknown[][] {
  return job ? [[0, job.id, job.graph, { ...(job.clientId && { client_id: job.clientId }) }, ['save']]] : [];
}
