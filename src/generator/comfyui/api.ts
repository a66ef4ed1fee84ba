import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type HttpAnswer, type HttpClient, isGood, parseJson } from '../http.ts';
import { type Ending, endingOf, historyAnswer, type ImageRef } from './history.ts';
import type { Graph, Workflow } from './workflow.ts';

const uploaded = z.object({ name: z.string(), subfolder: z.string().default('') });
const submitted = z.object({ prompt_id: z.string().regex(/^[\w-]+$/) });
// `(number, prompt_id, prompt, extra_data, outputs)`; the server puts the client's id into `extra_data`.
const queueItem = z
  .tuple([z.unknown(), z.string(), z.unknown(), z.object({ client_id: z.string().optional() }).catch({})], z.unknown())
  .transform(([, promptId, , { client_id: clientId }]) => ({ promptId, clientId }));
const queueAnswer = z.object({ queue_running: z.array(queueItem), queue_pending: z.array(queueItem) });
// A list of choices, or the newer `["COMBO", {options: [...]}]`.
const choices = z.union([
  z.tuple([z.array(z.string())], z.unknown()).transform(([list]) => list),
  z
    .tuple([z.literal('COMBO'), z.object({ options: z.array(z.string()) })], z.unknown())
    .transform(([, { options }]) => options),
]);
const inputs = z.record(z.string(), z.unknown()).default({});
const objectInfo = z.record(z.string(), z.object({ input: z.object({ required: inputs, optional: inputs }) }));
const systemStats = z.object({ system: z.object({ comfyui_version: z.string().optional() }) });

// The first release in which `/interrupt` heeds a prompt_id (ComfyUI pull request 9607); before, it stops anyone's job.
const firstTargetedInterrupt = [0, 3, 60];

/** A workflow sent to be run. */
export interface Submission {
  /** Chosen by us; builds before July 2025 choose another, which their answer tells. */
  promptId: string;
  /** Unique to the submission, so that it is known in the queue by that too. */
  clientId: string;
}

interface Options {
  signal?: AbortSignal | undefined;
}

/** ComfyUI's HTTP API, as far as it is used here. Throws as HttpClient does. */
export function createComfyuiApi(http: HttpClient) {
  const ask = async <Value>(path: string, shape: z.ZodType<Value>, options: Options) =>
    http.read(await http.send({ path, ...options }), shape);

  async function choicesOf({ nodeClass, input }: NonNullable<Workflow['modelInput']>, options: Options) {
    const info = await ask(`/object_info/${encodeURIComponent(nodeClass)}`, objectInfo, options);
    const { required, optional } = info[nodeClass]?.input ?? { required: {}, optional: {} };
    const parsed = choices.safeParse(required[input] ?? optional[input]);
    return parsed.success ? parsed.data : [];
  }

  /** The name that LoadImage takes. The same picture is stored once. */
  async function upload(bytes: Uint8Array, options: Options): Promise<string> {
    const form = new FormData();
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    form.set('image', new Blob([Buffer.from(bytes)], { type: 'image/png' }), `promptory-${digest}.png`);
    form.set('overwrite', 'true');
    const answer = await http.send({ path: '/upload/image', method: 'POST', form, ...options });
    const { name, subfolder } = http.read(answer, uploaded);
    return subfolder ? `${subfolder}/${name}` : name;
  }

  /** Any status is an answer: 400 tells what is wrong with the workflow. */
  const submit = (graph: Graph, { promptId, clientId }: Submission, options: Options): Promise<HttpAnswer> =>
    http.send({ path: '/prompt', json: { prompt: graph, prompt_id: promptId, client_id: clientId }, ...options });

  /** The job's id at the server, while it waits or runs there. */
  async function queuedId({ promptId, clientId }: Submission, options: Options): Promise<string | undefined> {
    const { queue_running, queue_pending } = await ask('/queue', queueAnswer, options);
    const items = [...queue_running, ...queue_pending];
    return items.find((item) => item.promptId === promptId || item.clientId === clientId)?.promptId;
  }

  const endingOfJob = async (promptId: string, options: Options): Promise<Ending | undefined> =>
    endingOf(await ask(`/history/${promptId}`, historyAnswer, options), promptId);

  async function view(image: ImageRef, options: Options): Promise<Uint8Array> {
    const answer = await http.send({ path: '/view', query: { ...image }, ...options });
    if (!isGood(answer)) throw http.failure(answer);
    return answer.bytes;
  }

  /** Stops this job alone, waiting or running; where the build is too old for that, a running one goes on to its end. */
  async function cancel(job: Submission, options: Options): Promise<void> {
    if (isGood(await http.send({ path: `/api/jobs/${job.promptId}/cancel`, method: 'POST', ...options }))) return;
    const promptId = await queuedId(job, options);
    if (promptId === undefined) return;
    await http.send({ path: '/queue', json: { delete: [promptId] }, ...options });
    if (await interruptsOneAlone(options)) {
      await http.send({ path: '/interrupt', json: { prompt_id: promptId }, ...options });
    }
  }

  async function interruptsOneAlone(options: Options): Promise<boolean> {
    const { system } = await ask('/system_stats', systemStats, options);
    const version = (system.comfyui_version ?? '0').split('.').map((part) => Number.parseInt(part, 10) || 0);
    const at = firstTargetedInterrupt.findIndex((part, index) => part !== (version[index] ?? 0));
    return at < 0 || (version[at] ?? 0) > (firstTargetedInterrupt[at] ?? 0);
  }

  return { choicesOf, upload, submit, queuedId, endingOfJob, view, cancel };
}

/** The id that the server gave a submission, from its answer; undefined where it names none. */
export function promptIdIn(answer: HttpAnswer): string | undefined {
  return submitted.safeParse(parseJson(answer.bytes)).data?.prompt_id;
}

export type ComfyuiApi = ReturnType<typeof createComfyuiApi>;
