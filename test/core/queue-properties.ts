import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Adapter, Thread, ThreadRef } from '../../src/chat.ts';
import { type Command, defineCommand, type Services } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import type { JobPayload } from '../../src/job.ts';
import type { JobControl, NewJob, QueueOptions } from '../../src/queue/queue.ts';
import { createRunner } from '../../src/runner.ts';
import type { OpenQueue } from '../contract/queue-quota.ts';

const log = pino({ level: 'silent' });
const options: QueueOptions = {
  bounds: { total: 1000, perScope: 1000, perOwner: 1000 },
  width: { quick: 1, image: 1 },
  log,
};
const people = ['ann', 'bob', 'cid', 'dan'];

type Operation =
  | { kind: 'submit' | 'resubmit'; person: number; pick: number }
  | { kind: 'cancel' | 'release' | 'fail'; pick: number }
  | { kind: 'crash' }
  | { kind: 'restart' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: record('submit') },
  { weight: 1, arbitrary: record('resubmit') },
  { weight: 2, arbitrary: picked('cancel') },
  { weight: 14, arbitrary: picked('release') },
  { weight: 1, arbitrary: picked('fail') },
  { weight: 3, arbitrary: fc.constantFrom<Operation>({ kind: 'crash' }, { kind: 'restart' }) },
);

function record<Kind extends 'submit' | 'resubmit'>(kind: Kind) {
  return fc.record({ kind: fc.constant(kind), person: fc.nat(people.length - 1), pick: fc.nat(50) });
}

function picked<Kind extends 'cancel' | 'release' | 'fail'>(kind: Kind) {
  return fc.record({ kind: fc.constant(kind), pick: fc.nat(50) });
}

/** Where a job waits until it is let on. */
interface Gate {
  id: string;
  pass(): void;
  /** Makes what waits here fail; a gate that can't fail lets it on. */
  fail(): void;
}

/**
 * The real runner on the queue, with a platform that outlives every crash. A job stops before it draws, before and after each of
 * its posts arrives, and before each of its steps is recorded, so that a kill or a cancel comes at any of these moments.
 */
async function createWorld(openQueue: OpenQueue) {
  const folder = mkdtempSync(path.join(tmpdir(), 'queue-properties-'));
  /** What people see, in order. A chat that knows a key takes it for no second post, unless it says something else. */
  const seen: { key: string; text: string }[] = [];
  const accepted: { id: string; owner: string }[] = [];
  const timeline: Event[] = [];
  let gates: Gate[] = [];
  let opened = await openQueue(folder, options);

  function thread(ref: ThreadRef): Thread {
    return {
      ref,
      async post({ text }, { key }) {
        const [id = ''] = key.split('/');
        // Where not even an error arrives, nobody can be told how it ended.
        await gate(id, { canFail: text === pictures || text === found });
        if (!seen.some((post) => post.key === key && post.text === text)) seen.push({ key, text });
        await gate(id);
        return { ...ref, message: key };
      },
      remove: async () => undefined,
      progress: async () => undefined,
    };
  }

  const adapter: Adapter = { name: 'memory', start: async () => undefined, stop: async () => undefined, thread };
  const draw = defineCommand({
    name: 'draw',
    description: '',
    lane: 'image',
    options: {},
    async run(context) {
      await context.step('draw', () => gate(context.jobId, { signal: context.signal, canFail: true }));
      await context.post('neighbours', { text: found, actions: [] });
      return { card: { text: pictures, actions: [] } };
    },
  });

  function gate(id: string, { signal, canFail }: { signal?: AbortSignal; canFail?: boolean } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (go: () => void) => () => {
        gates = gates.filter((other) => other !== entry);
        go();
      };
      const pass = leave(resolve);
      const fail = leave(() => reject(new BotError('generator_failed', 'failed')));
      const entry: Gate = { id, pass, fail: canFail ? fail : pass };
      gates.push(entry);
      const stop = leave(() => reject(signal?.reason));
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
    });
  }

  function begin() {
    const parts = { adapters: new Map([[adapter.name, adapter]]), commands: [draw as Command], actions: [], log };
    const runner = createRunner({
      ...parts,
      services: {} as Services,
      followMoves: (work) => work(),
      adultPolicy: 'restricted',
    });
    opened.queue.start({
      ...runner,
      work(job, control) {
        const { id, owner } = job;
        // What a crash interrupted had its turn.
        if (!timeline.some((event) => event.kind === 'begun' && event.id === id))
          timeline.push({ kind: 'begun', id, owner });
        return runner.work(job, stoppingAtSteps(id, control));
      },
    });
  }

  function stoppingAtSteps(id: string, control: JobControl): JobControl {
    return {
      signal: control.signal,
      usualSeconds: undefined,
      get cancelled() {
        return control.cancelled;
      },
      step: (name, run) =>
        control.step(name, async () => {
          const value = await run();
          await gate(id);
          return value;
        }),
      recorded: control.recorded,
      charge: control.charge,
    };
  }

  const stopped = () => gates.map(({ id }) => id);

  /** Until every job that was cancelled or begun has stopped at a gate, or nothing is left to do. */
  async function settle() {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const left = await opened.queue.all();
      if (performance.now() > deadline)
        throw new Error(`Nothing moves any more: ${JSON.stringify({ left, stopped: stopped() })}`);
      const isStopped = ({ id }: { id: string }) => gates.some((gate) => gate.id === id);
      if (left.filter(({ cancelled }) => cancelled).every(isStopped) && (left.length === 0 || left.some(isStopped)))
        return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async function submit(id: string, owner: string) {
    const rest = { scope: 'here', pictures: 1, exempt: false, portable: true };
    const thread = { adapter: 'memory', thread: 'main' };
    const task = { kind: 'command' as const, name: 'draw', values: {} };
    const payload = { thread, scope: 'here', user: owner, moderator: false, attachments: [], task };
    const job: NewJob<JobPayload> = { id, lane: 'image', owner, ...rest, payload };
    await opened.queue.submit(job);
  }

  async function reopen({ hasGrace }: { hasGrace: boolean }) {
    if (hasGrace) {
      const stopping = opened.queue.stop({ graceMs: 0 });
      let isStopped = false;
      stopping.finally(() => (isStopped = true));
      // What is posted is let arrive, as a platform does within the process's last seconds.
      while (!isStopped) {
        for (const gate of gates) gate.pass();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    await opened.close();
    gates = [];
    opened = await openQueue(folder, options);
    begin();
  }

  async function perform(operation: Operation) {
    if (operation.kind === 'submit') {
      const id = `job-${accepted.length}`;
      const owner = people[operation.person] ?? '';
      timeline.push({ kind: 'submitted', id, owner });
      accepted.push({ id, owner });
      await submit(id, owner);
    } else if (operation.kind === 'resubmit') {
      const known = accepted[operation.pick % Math.max(1, accepted.length)];
      if (known) await submit(known.id, known.owner);
    } else if (operation.kind === 'cancel') {
      const known = accepted[operation.pick % Math.max(1, accepted.length)];
      if (known) await opened.queue.cancel(known.id);
    } else if (operation.kind === 'crash' || operation.kind === 'restart') {
      await reopen({ hasGrace: operation.kind === 'restart' });
    } else {
      const { kind, pick } = operation;
      const gate = gates[pick % Math.max(1, gates.length)];
      if (kind === 'release') gate?.pass();
      else gate?.fail();
    }
    await settle();
  }

  begin();
  return {
    perform,
    accepted,
    timeline,
    /** The jobs that wait to be let on, in the order of `release`. */
    stopped,
    isIdle: async () => (await opened.queue.all()).length === 0,
    async drain() {
      while ((await opened.queue.all()).length > 0) await perform(release);
      await opened.close();
    },
    seen: (id: string) => seen.filter(({ key }) => key.startsWith(`${id}/`)).map(({ text }) => text),
  };
}

const found = 'found';
const pictures = 'pictures';
const finals: readonly string[] = [pictures, 'failed', 'Cancelled.'];

/** Each accepted job has one final post, and nothing comes after it. */
function expectOneEndEach({ accepted, seen }: Pick<Awaited<ReturnType<typeof createWorld>>, 'accepted' | 'seen'>) {
  for (const { id } of accepted) {
    const posts = seen(id);
    expect(
      posts.filter((text) => finals.includes(text)),
      `the ends of ${id}`,
    ).toHaveLength(1);
    expect(finals, `the last post of ${id}`).toContain(posts.at(-1));
  }
}

const release = { kind: 'release', pick: 0 } satisfies Operation;
const cancel = { kind: 'cancel', pick: 0 } satisfies Operation;
const fail: Operation = { kind: 'fail', pick: 0 };
const crash: Operation = { kind: 'crash' };
const restart: Operation = { kind: 'restart' };
/** What can come over a job at any moment. */
const interruptions: readonly (readonly Operation[])[] = [
  [crash],
  [restart],
  [fail],
  [cancel],
  [cancel, crash],
  [crash, cancel],
  [restart, cancel],
  [fail, crash, cancel],
  [release, crash, release, cancel],
  // An error that arrived, and then the same once more, which would not fail again.
  [fail, release, crash],
  [fail, release, release, crash],
  [fail, release, release, release, crash],
  [fail, release, release, release, restart, cancel],
];

/** Properties of every queue: nothing accepted is lost or ends twice, and nobody waits for more than the stated bound. */
export function queueProperties(openQueue: OpenQueue, numRuns: number) {
  it.each(interruptions.map((operations) => [operations.map(({ kind }) => kind).join(', '), operations] as const))(
    'gives a job exactly one end at whichever of its moments it meets: %s',
    async (_, operations) => {
      let isOver = false;
      for (let moment = 0; !isOver; moment++) {
        const world = await createWorld(openQueue);
        await world.perform({ kind: 'submit', person: 0, pick: 0 });
        for (let passed = 0; passed < moment; passed++) await world.perform(release);
        isOver = await world.isIdle();
        for (const operation of operations) await world.perform(operation);
        await world.drain();
        expectOneEndEach(world);
      }
    },
  );

  it('tells of a cancel that a kill interrupted, though another job fills the lane', async () => {
    const world = await createWorld(openQueue);
    const submit: Operation = { kind: 'submit', person: 0, pick: 0 };
    // The second one is about to be told that it is cancelled.
    for (const operation of [submit, submit, { ...cancel, pick: 1 }, crash]) await world.perform(operation);
    while (world.stopped().includes('job-1'))
      await world.perform({ ...release, pick: world.stopped().indexOf('job-1') });
    expect(world.seen('job-1')).toEqual(['Cancelled.']);
    expect(world.seen('job-0')).toEqual([]);
    await world.drain();
    expectOneEndEach(world);
  });

  it('gives every accepted job exactly one end, whatever is submitted, cancelled, failed, crashed and restarted when', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        const world = await createWorld(openQueue);
        for (const operation of operations) await world.perform(operation);
        await world.drain();
        expectOneEndEach(world);
      }),
      { numRuns },
    );
  });

  it('lets nobody wait for more than one job of each other person who waits, and those interrupted', {
    timeout: 300_000,
  }, async () => {
    const moves = fc.array(
      fc.oneof(
        { weight: 2, arbitrary: record('submit') },
        { weight: 6, arbitrary: picked('release') },
        { weight: 1, arbitrary: fc.constant<Operation>({ kind: 'crash' }) },
      ),
      {
        maxLength: 80,
      },
    );
    await fc.assert(
      fc.asyncProperty(moves, async (operations) => {
        const world = await createWorld(openQueue);
        for (const operation of operations) await world.perform(operation);
        await world.drain();
        expect(unfairWaits(world.timeline)).toEqual([]);
      }),
      { numRuns },
    );
  });
}

interface Event {
  kind: 'submitted' | 'begun';
  id: string;
  owner: string;
}

/** Whoever was begun twice while a job of another person waited as their next one. */
function unfairWaits(timeline: readonly Event[]): string[] {
  return timeline.flatMap((event, now) => {
    if (event.kind !== 'begun') return [];
    const isOwn = (other: Event) => other.id === event.id || (other.kind === 'begun' && other.owner === event.owner);
    // From when it was submitted, or the person's job before it was begun.
    const since = timeline.slice(0, now).findLastIndex(isOwn);
    const others = timeline.slice(since + 1, now).flatMap(({ kind, owner }) => (kind === 'begun' ? owner : []));
    const twice = others.filter((owner, index) => others.indexOf(owner) !== index);
    return twice.map((owner) => `${event.id} of ${event.owner} waited for ${owner} twice`);
  });
}
