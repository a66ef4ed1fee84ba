import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Adapter } from '../../src/chat.ts';
import { type Command, defineCommand, type Services } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import type { JobPayload } from '../../src/job.ts';
import type { NewJob, Queue, QueueOptions } from '../../src/queue/queue.ts';
import { createRunner } from '../../src/runner.ts';

type OpenQueue = (
  folder: string,
  options: QueueOptions,
) => Promise<{ queue: Queue<JobPayload>; close(): Promise<void> }>;

const log = pino({ level: 'silent' });
const options: QueueOptions = {
  bounds: { total: 1000, perScope: 1000, perOwner: 1000 },
  width: { quick: 1, image: 1 },
  log,
};
const people = ['ann', 'bob', 'cid', 'dan'];

type Operation =
  | { kind: 'submit' | 'resubmit'; person: number; pick: number }
  | { kind: 'cancel'; pick: number }
  | { kind: 'release' | 'fail' | 'crash' | 'restart' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: record('submit') },
  { weight: 1, arbitrary: record('resubmit') },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(50) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('release' as const, 'fail' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'restart' as const) }) },
);

function record<Kind extends 'submit' | 'resubmit'>(kind: Kind) {
  return fc.record({ kind: fc.constant(kind), person: fc.nat(people.length - 1), pick: fc.nat(50) });
}

/** The real runner on the queue, with a platform that outlives every crash and a job that stops at two gates: before and after its post. */
async function createWorld(openQueue: OpenQueue) {
  const folder = mkdtempSync(path.join(tmpdir(), 'queue-properties-'));
  const posts = new Map<string, string>();
  const accepted: { id: string; owner: string }[] = [];
  const timeline: Event[] = [];
  let gates: { pass(): void; fail(): void }[] = [];
  let opened = await openQueue(folder, options);

  const adapter: Adapter = {
    name: 'memory',
    start: async () => undefined,
    stop: async () => undefined,
    thread: (ref) => ({
      ref,
      async post(card, { key }) {
        posts.set(key, card.text);
        return { ...ref, message: key };
      },
      remove: async () => undefined,
      progress: async () => undefined,
    }),
  };
  const draw = defineCommand({
    name: 'draw',
    description: '',
    lane: 'image',
    options: {},
    async run(context) {
      const event = { kind: 'begun' as const, id: context.jobId, owner: context.user };
      // What a crash interrupted had its turn.
      if (!timeline.some(({ kind, id }) => kind === 'begun' && id === event.id)) timeline.push(event);
      await gate(context.signal);
      await context.post('pictures', { text: 'done', actions: [] });
      await gate(context.signal);
    },
  });

  function gate(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { pass: resolve, fail: () => reject(new BotError('generator_failed', 'failed')) };
      gates.push(entry);
      const leave = () => {
        gates = gates.filter((other) => other !== entry);
        reject(signal.reason);
      };
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave);
    });
  }

  function begin() {
    const parts = { adapters: new Map([[adapter.name, adapter]]), commands: [draw as Command], actions: [], log };
    opened.queue.start(createRunner({ ...parts, services: {} as Services, adultPolicy: 'restricted' }));
  }

  /** Until something stops at a gate, or nothing is left to do. */
  async function settle() {
    for (;;) {
      const left = await opened.queue.all();
      if (left.every(({ cancelled }) => !cancelled) && (gates.length > 0 || left.length === 0)) return;
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

  async function reopen() {
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
    } else if (operation.kind === 'release') {
      gates.shift()?.pass();
    } else if (operation.kind === 'fail') {
      gates.shift()?.fail();
    } else {
      if (operation.kind === 'restart') await opened.queue.stop({ graceMs: 0 });
      await opened.close();
      await reopen();
    }
    await settle();
  }

  begin();
  return {
    perform,
    accepted,
    timeline,
    async drain() {
      while ((await opened.queue.all()).length > 0) await perform({ kind: 'release' });
      await opened.close();
    },
    /** How a job ended, as the people see it. */
    finals: (id: string) => ['error', 'cancelled'].filter((name) => posts.has(`${id}/${name}`)),
    hasPictures: (id: string) => posts.has(`${id}/pictures`),
  };
}

/** Properties of every queue: nothing accepted is lost or ends twice, and nobody waits for more than the stated bound. */
export function queueProperties(openQueue: OpenQueue, numRuns: number) {
  it('gives every accepted job exactly one end, whatever is submitted, cancelled, failed, crashed and restarted when', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const world = await createWorld(openQueue);
        for (const operation of operations) await world.perform(operation);
        await world.drain();
        for (const { id } of world.accepted) {
          const bad = world.finals(id);
          expect(bad.length, `${id} ended as ${bad.join(' and ')}`).toBeLessThanOrEqual(1);
          expect(bad.length === 1 || world.hasPictures(id), `${id} has no end`).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('lets nobody wait for more than one job of each other person who waits, and those interrupted', {
    timeout: 300_000,
  }, async () => {
    const moves = fc.array(
      fc.oneof(record('submit'), fc.record({ kind: fc.constantFrom('release' as const, 'crash' as const) })),
      {
        maxLength: 40,
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
