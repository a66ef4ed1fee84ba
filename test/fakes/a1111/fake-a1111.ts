import { type ImageServer, type ImageServerReply, type ImageServerRequest, startImageServer } from '../image-server.ts';
import { type A1111World, failure, generate, nameOf } from './generation.ts';
import { createServerState, type ServerState } from './state.ts';

export interface FakeA1111 extends ImageServer {
  state: ServerState;
  /** Somebody else's job at the server's own page; ends when the state is released or interrupted. */
  occupy(taskId: string): Promise<unknown>;
}

interface A1111Options extends Partial<Pick<A1111World, 'checkpoints' | 'hasTaskIds' | 'memory'>> {
  /** `--api-auth user:password`. */
  login?: string;
}

/**
 * The API of AUTOMATIC1111's web UI (modules/api/api.py, 1.8 and later) on a free port: one job at a time, progress and
 * interrupt of whatever runs, errors in its own shapes. Without task ids it is SD.Next (modules/api/server.py there).
 */
export async function startFakeA1111(options: A1111Options = {}): Promise<FakeA1111> {
  const state = createServerState();
  const world: A1111World = {
    state,
    checkpoints: options.checkpoints ?? ['v1-5-pruned.safetensors [6ce0161689]', 'sdxl_base.safetensors [31e35c80fc]'],
    hasTaskIds: options.hasTaskIds ?? true,
    memory: options.memory ?? Number.POSITIVE_INFINITY,
  };
  const server = await startImageServer((request) => {
    if (options.login !== undefined && !isLogin(request, options.login)) return unauthorized();
    return route(world, request);
  });
  return {
    ...server,
    state,
    occupy: (taskId) =>
      state.run(
        { taskId, count: 1, steps: 20 },
        async () => undefined,
        async () => Buffer.alloc(0),
      ),
  };
}

function route(
  world: A1111World,
  { method, path, query, body }: ImageServerRequest,
): ImageServerReply | Promise<ImageServerReply> {
  switch (`${method} ${path}`) {
    case 'POST /sdapi/v1/txt2img':
      return generate(world, 'txt2img', JSON.parse(body.toString()));
    case 'POST /sdapi/v1/img2img':
      return generate(world, 'img2img', JSON.parse(body.toString()));
    case 'GET /sdapi/v1/progress':
      return progress(world, query.get('skip_current_image') === 'true');
    case 'POST /sdapi/v1/interrupt':
      world.state.interrupt();
      return { status: 200, json: {} };
    case 'GET /sdapi/v1/sd-models':
      return {
        status: 200,
        json: world.checkpoints.map((title) => ({ title, model_name: nameOf(title), hash: null, filename: title })),
      };
    default:
      return { status: 404, json: { detail: 'Not Found' } };
  }
}

/** `progressapi` of modules/api/api.py. */
function progress({ state, hasTaskIds }: A1111World, skipsImage: boolean): ImageServerReply {
  const job = state.current();
  const done = job ? 0.01 + job.jobNo / job.jobCount + job.step / job.steps / job.jobCount : 0;
  const elapsed = job ? (Date.now() - job.startedAt) / 1000 : 0;
  const preview = job?.preview?.length && !skipsImage ? job.preview.toString('base64') : null;
  return {
    status: 200,
    json: {
      progress: Math.min(done, 1),
      eta_relative: job ? elapsed / done - elapsed : 0,
      state: {
        ...{ job: job ? 'scripts_txt2img' : '', job_count: job?.jobCount ?? 0, job_no: job?.jobNo ?? 0 },
        ...{ job_timestamp: job?.timestamp ?? '0', sampling_step: job?.step ?? 0, sampling_steps: job?.steps ?? 0 },
      },
      current_image: preview,
      textinfo: null,
      ...(hasTaskIds ? { current_task: job?.taskId ?? null } : {}),
    },
  };
}

function isLogin({ headers }: ImageServerRequest, login: string): boolean {
  return headers.authorization === `Basic ${Buffer.from(login).toString('base64')}`;
}

function unauthorized(): ImageServerReply {
  return failure(401, 'HTTPException', 'Incorrect username or password');
}
