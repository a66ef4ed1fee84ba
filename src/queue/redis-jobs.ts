import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Bounds } from './bounds.ts';
import { decode, encode } from './encoding.ts';
import type { Lane, QueuedJob } from './queue.ts';
import { scripts } from './redis-scripts.ts';

const entrySchema = z.object({
  id: z.string(),
  lane: z.enum(['quick', 'image']),
  owner: z.string(),
  scope: z.string(),
  pictures: z.number(),
  exempt: z.boolean(),
  portable: z.boolean(),
  sequence: z.number(),
  attempts: z.number(),
  begun: z.boolean(),
  cancelled: z.boolean(),
  charged: z.object({ day: z.string(), pictures: z.number() }).optional(),
  /** Names the calls that submitted it, joined by |: it stands as long as one of them does. */
  submission: z.string().default(''),
  /** The data folder that accepted it. */
  home: z.string(),
  /** The line of BullMQ that it waits in once it is released. */
  item: z.string(),
  released: z.boolean(),
  /** Names the run under way; empty while it waits. */
  run: z.string(),
});

/** What all processes know of a job; its payload is kept apart. */
export type Entry = z.infer<typeof entrySchema>;

export interface Snapshot {
  entries: Entry[];
  servedAt(lane: Lane, owner: string): number | undefined;
  usualSeconds(lane: Lane): number | undefined;
  /** Processes that share the work. */
  processes: number;
}

type Answer = readonly (string | number)[] | string | number | null;

const rememberFinishedMs = 24 * 60 * 60 * 1000;
const aliveMs = 10_000;

/** The jobs in Redis (src/queue/redis-scripts.ts); `client` decides what happens while Redis is away. */
export function openRedisJobs<Payload>(client: Redis, prefix: string) {
  const key = (name: string) => `${prefix}${name}`;
  const run = async (script: keyof typeof scripts, ...values: (string | number)[]): Promise<Answer> =>
    client.eval(scripts[script], 1, prefix, ...values) as Promise<Answer>;
  const entryOf = (text: string) => entrySchema.parse(JSON.parse(text));
  const jobOf = (entry: Entry, payload: string): QueuedJob<Payload> => {
    const {
      submission: _submission,
      home: _home,
      item: _item,
      released: _released,
      run: _run,
      charged,
      ...job
    } = entry;
    return { ...job, charged, payload: decode(payload) as Payload };
  };

  return {
    async submit(entry: Entry, payload: Payload, bounds: Bounds, daily: number) {
      const { total, perScope, perOwner } = bounds;
      const answer = await run('submit', JSON.stringify(entry), encode(payload), total, perScope, perOwner, daily);
      return z
        .tuple([z.enum(['known', 'withdrawn', 'accepted', 'perOwner', 'perScope', 'total', 'quota']), z.string()])
        .parse(answer);
    },
    /** Undefined: the item is out of date. `next` enters the line now. */
    async begin(id: string, item: string, home: string) {
      const answer = await run('begin', id, item, home);
      if (answer === null) return undefined;
      const [text, payload, next] = z.tuple([z.string(), z.string(), z.string()]).parse(answer);
      const entry = entryOf(text);
      return { entry, job: jobOf(entry, payload), next };
    },
    finish: ({ id, run: current }: Entry, usualSeconds: number | undefined) =>
      run('finish', id, current, rememberFinishedMs, usualSeconds ?? ''),
    /** `counts`: it is an attempt that failed. Returns the line that it waits in now; undefined when another process has it. */
    handBack: async ({ id, run: current }: Entry, { counts }: { counts: boolean }) =>
      z
        .string()
        .nullable()
        .transform((line) => line ?? undefined)
        .parse(await run('handBack', id, current, counts ? 0 : 1)),
    async cancel(id: string) {
      const answer = await run('cancel', id);
      if (answer === null) return undefined;
      const [state, former, item, next] = z.tuple([z.string(), z.string(), z.string(), z.string()]).parse(answer);
      return { isRunning: state === 'running', former, item, next };
    },
    /** Takes back what may have been accepted, unless it has begun. `next` enters the line `former` now. */
    async withdraw({ id, submission }: Entry) {
      const [outcome, former, next] = z
        .tuple([z.enum(['withdrawn', 'begun']), z.string(), z.string()])
        .parse(await run('withdraw', id, submission, rememberFinishedMs));
      return { outcome, former, next };
    },
    async charge({ id, run: current }: Entry, pictures: number, daily: number) {
      const [outcome, others] = z
        .tuple([z.enum(['taken', 'exceeded', 'lost']), z.number()])
        .parse(await run('charge', id, current, pictures, daily));
      return { outcome, others };
    },
    async step(id: string, name: string) {
      const text = await client.hget(key(`steps:${id}`), name);
      return text === null ? undefined : { value: decode(text) };
    },
    async stepsStartingWith(id: string, prefix: string) {
      const all = Object.entries(await client.hgetall(key(`steps:${id}`)));
      return all.flatMap(([name, text]) => (name.startsWith(prefix) ? [decode(text)] : []));
    },
    /** False when another process has it now. */
    recordStep: async ({ id, run: current }: Entry, name: string, value: unknown) =>
      (await run('recordStep', id, current, name, encode(value))) === 1,
    async find(id: string) {
      const [text, payload] = await Promise.all([client.hget(key('index'), id), client.hget(key('payload'), id)]);
      return text === null || payload === null
        ? undefined
        : { entry: entryOf(text), job: jobOf(entryOf(text), payload) };
    },
    async all() {
      const [entries, payloads] = await Promise.all([client.hvals(key('index')), client.hgetall(key('payload'))]);
      return entries.map(entryOf).flatMap((entry) => {
        const payload = payloads[entry.id];
        return payload === undefined ? [] : jobOf(entry, payload);
      });
    },
    async usualSeconds(lane: Lane) {
      const text = await client.hget(key('durations'), lane);
      return text === null ? undefined : Number(text);
    },
    async snapshot(home: string): Promise<Snapshot> {
      const [entries, served, durations, processes] = await Promise.all([
        client.hvals(key('index')),
        client.hgetall(key('served')),
        client.hgetall(key('durations')),
        run('beAlive', home, aliveMs),
      ]);
      return {
        entries: entries.map(entryOf),
        servedAt: (lane, owner) => numberAt(served, `${lane}/${owner}`),
        usualSeconds: (lane) => numberAt(durations, lane),
        processes: z.number().parse(processes),
      };
    },
  };
}

/** The part that a running job uses. */
export type RedisJobs = Pick<ReturnType<typeof openRedisJobs>, 'step' | 'stepsStartingWith' | 'recordStep' | 'charge'>;

function numberAt(table: Record<string, string>, key: string): number | undefined {
  const text = table[key];
  return text === undefined ? undefined : Number(text);
}
