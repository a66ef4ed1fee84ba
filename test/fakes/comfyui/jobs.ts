import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { preview, previewWithMetadata } from './frames.ts';
import { drawGraph, type Graph, inputOf, sizeOf, textAt } from './graph.ts';

/**
 * How a job goes: `draw`; `memory` fails as PyTorch does above 100,000 pixels; `error` fails in a node; `drop` breaks the
 * websockets midway; `crash` ends the server; `lose` forgets the job as a restart does; `hang` never gets on; `nothing`
 * saves no picture; `cut` breaks the picture off; `page` sends a web page for it; `stop` is interrupted by somebody.
 */
export type JobKind =
  | 'draw'
  | 'memory'
  | 'error'
  | 'drop'
  | 'crash'
  | 'lose'
  | 'hang'
  | 'nothing'
  | 'cut'
  | 'page'
  | 'stop';

export interface Job {
  id: string;
  clientId: string | undefined;
  graph: Graph;
  kind: JobKind;
  interrupted: boolean;
}

interface Parts {
  send(clientId: string | undefined, message: Buffer | { type: string; data: object }): void;
  uploads: ReadonlyMap<string, Buffer>;
  pace(): Promise<void>;
  dropSockets(): void;
  crash(): void;
}

const shownSteps = 4;
const memoryPixels = 100_000;

/** The queue of one worker, its history, and what the websocket hears of it. */
export function createJobs({ send, uploads, pace, dropSockets, crash }: Parts) {
  const pending: Job[] = [];
  const history = new Map<string, { outputs: object; status: { status_str: string; messages: [string, object][] } }>();
  const files = new Map<string, { bytes: Buffer; kind: JobKind }>();
  const graphs: Graph[] = [];
  const kinds: JobKind[] = [];
  const wantMetadata = new Set<string>();
  let running: Job | undefined;
  let generation = 0;

  function add(job: Omit<Job, 'kind' | 'interrupted'>, kind = kinds.shift() ?? 'draw') {
    graphs.push(job.graph);
    pending.push({ ...job, kind, interrupted: false });
    void advance();
  }

  async function advance() {
    if (running) return;
    running = pending.shift();
    if (!running) return;
    const job = running;
    const began = generation;
    const end = await execute(job).catch(() => undefined);
    if (generation !== began) return;
    running = undefined;
    if (end) finish(job, end);
    void advance();
  }

  /** main.py: the history has it before `executing` with no node tells the end. */
  function finish(job: Job, end: { type: string; data: object; outputs?: object }) {
    const status_str = end.type === 'execution_success' ? 'success' : 'error';
    history.set(job.id, { outputs: end.outputs ?? {}, status: { status_str, messages: [[end.type, end.data]] } });
    send(job.clientId, { type: 'executing', data: { node: null, prompt_id: job.id } });
  }

  async function execute(job: Job) {
    const prompt_id = job.id;
    const size = job.clientId ? await sizeOf(job.graph, uploads) : { width: 64, height: 64 };
    const tell = (type: string, data: object) => send(job.clientId, { type, data: { prompt_id, ...data } });
    const ending = (type: string, data: object, outputs?: object) => {
      tell(type, data);
      return { type, data: { prompt_id, ...data }, ...(outputs && { outputs }) };
    };
    tell('execution_start', {});
    tell('executing', { node: 'sampler' });
    if (job.kind === 'memory' && size.width * size.height > memoryPixels) {
      return ending('execution_error', {
        node_type: 'KSampler',
        exception_type: 'torch.cuda.OutOfMemoryError',
        exception_message: `CUDA out of memory. Tried to allocate 4.00 GiB: ${textAt(job.graph, 'positive')}`,
      });
    }
    const steps = Number(inputOf(job.graph, 'KSampler', 'steps')) || shownSteps;
    const picture = await smallPicture();
    for (let value = 1; value <= shownSteps; value += 1) {
      await pace();
      if (job.interrupted || job.kind === 'stop') return ending('execution_interrupted', { node_type: 'KSampler' });
      if (job.kind === 'error' && value === 2) {
        // Nodes put what they could not read into it.
        const exception_message = `mat1 and mat2 shapes cannot be multiplied: ${textAt(job.graph, 'positive')}`;
        return ending('execution_error', { node_type: 'KSampler', exception_type: 'RuntimeError', exception_message });
      }
      if (job.kind === 'drop' && value === 2) dropSockets();
      if (job.kind === 'crash' && value === 2) return crash();
      if (job.kind === 'lose' && value === 2) return undefined;
      if (job.kind === 'hang' && value === 2) await interruption(job);
      tell('progress', { node: 'sampler', value: Math.round((steps * value) / shownSteps), max: steps });
      const isNew = job.clientId !== undefined && wantMetadata.has(job.clientId);
      send(job.clientId, isNew ? previewWithMetadata(picture, prompt_id) : preview(picture));
    }
    const filename = `promptory_${files.size + 1}_.png`;
    files.set(filename, { bytes: await drawGraph(job.graph, uploads), kind: job.kind });
    const images = [{ filename, subfolder: '', type: 'output' }];
    const outputs =
      job.kind === 'nothing' ? {} : { preview: { images: [{ ...images[0], type: 'temp' }] }, save: { images } };
    tell('executed', { node: 'save', output: { images } });
    return ending('execution_success', {}, outputs);
  }

  return {
    graphs,
    history,
    files,
    add,
    script: (...more: JobKind[]) => void kinds.push(...more),
    running: () => running,
    pending: () => pending,
    addForeign() {
      const id = randomUUID();
      add({ id, clientId: undefined, graph: {} }, 'hang');
      return id;
    },
    /** True when a waiting job was taken away. */
    dequeue(id: string): boolean {
      const place = pending.findIndex((job) => job.id === id);
      if (place >= 0) pending.splice(place, 1);
      return place >= 0;
    },
    interrupt(): void {
      if (running) running.interrupted = true;
    },
    /** A client's first message may be its feature flags. */
    heard(clientId: string, text: string) {
      const message = JSON.parse(text) as { type: string; data: { supports_preview_metadata?: boolean } };
      if (message.type === 'feature_flags' && message.data.supports_preview_metadata) wantMetadata.add(clientId);
    },
    forget() {
      generation += 1;
      running = undefined;
      pending.length = 0;
      history.clear();
    },
  };
}

async function interruption(job: Job) {
  while (!job.interrupted) await new Promise((resolve) => setTimeout(resolve, 5).unref());
}

function smallPicture(): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
}
