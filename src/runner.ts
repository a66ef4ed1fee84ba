import { aborted } from './aborted.ts';
import type { Adapter, Card, MessageRef, Thread } from './chat.ts';
import type { ActionHandler, Answer, Command, JobContext, Services } from './command.ts';
import { picturesDrawn } from './drawing.ts';
import { BotError } from './errors.ts';
import { explainFailure } from './failure.ts';
import type { ActionTask, JobPayload } from './job.ts';
import { contextOf, type JobRun } from './job-context.ts';
import { createPlaceReports, reporterOf } from './job-progress.ts';
import type { Logger } from './log.ts';
import { type AdultPolicy, adultPlaceOf } from './moderation/adult-policy.ts';
import { asShownTo } from './moderation/shown.ts';
import type { JobControl, QueuedJob, QueueHandlers } from './queue/queue.ts';
import { isMoved } from './store/vectors.ts';

interface RunnerParts {
  adapters: ReadonlyMap<string, Adapter>;
  commands: readonly Command[];
  actions: readonly ActionHandler[];
  services: Services;
  /** Does the work, and again when the database is moved to another model meanwhile (src/memory/follow-move.ts). */
  followMoves<Value>(work: () => Promise<Value>, options: { signal: AbortSignal }): Promise<Value>;
  adultPolicy: AdultPolicy;
  log: Logger;
}

type Job = QueuedJob<JobPayload>;

/** How a job ends. `isFree`: its owner's quota gets back what the job took (src/queue/quota.ts has the rule). */
type Outcome =
  | { kind: 'done'; answer?: Answer | undefined; ref?: MessageRef | undefined }
  | { kind: 'cancelled'; isFree: boolean }
  | { kind: 'failed'; message: string; isRefused: boolean; isFree: boolean };

type Done = Extract<Outcome, { kind: 'done' }>;
type Failure = Extract<Outcome, { kind: 'failed' }>;

/** A job that took the process down with it this often is given up, so that it can't do so for ever. */
const maxAttempts = 5;

/**
 * Runs accepted jobs: rebuilds their thread, does what was asked, and tells the person how it went.
 *
 * A job has exactly one final post: its answer, its error or "Cancelled.". How it ends is recorded before anything of that is
 * posted, and from then on neither a cancel nor a crash nor another process changes it. What the platform does not take as the
 * answer ends in an error under the same key, which shows nothing where the answer arrived after all.
 */
export function createRunner(parts: RunnerParts): QueueHandlers<JobPayload> {
  const { adapters, commands, actions, services, followMoves, adultPolicy, log } = parts;

  function threadOf(job: Job): Thread {
    const adapter = adapters.get(job.payload.thread.adapter);
    if (!adapter)
      throw new BotError('not_found', `The adapter ${job.payload.thread.adapter} is not switched on any more.`);
    return adapter.thread(job.payload.thread, job.payload.carried);
  }

  async function work(job: Job, control: JobControl) {
    const run = await open(job, control);
    const outcome = await control.step('outcome', () => attempt(run));
    await end(run, outcome.kind === 'done' ? await deliver(run, outcome.answer) : outcome);
  }

  async function open(job: Job, control: JobControl): Promise<JobRun> {
    try {
      const thread = threadOf(job);
      const jobLog = log.child({ job: job.id, adapter: thread.ref.adapter, task: job.payload.task.name });
      return { job, thread, control, log: jobLog, report: reporterOf(job, thread, control, jobLog) };
    } catch (error) {
      // Nobody can be told.
      await control.charge(0);
      await removeDrawn(job, control);
      throw error;
    }
  }

  /** Does the job; throws only when it is handed back. */
  async function attempt(run: JobRun): Promise<Outcome> {
    const { job, control, report } = run;
    // Recorded, so that a job which ran once is never taken for one that was cancelled before its turn.
    const wasBegun = await control.step('begun', async () => !control.cancelled);
    if (!wasBegun) return { kind: 'cancelled', isFree: true };
    try {
      giveUpAfterTooMany(job);
      void report('running', 'Starting');
      const answer = await followMoves(async () => perform(job, await contextOf(run, parts)), control);
      return { kind: 'done', answer };
    } catch (error) {
      // The bot can't follow the database to its new model: it stops, and begins the job again at its next start.
      if (isMoved(error)) await aborted(control.signal);
      if (isHandedBack(control)) throw error;
      if (control.cancelled) return { kind: 'cancelled', isFree: false };
      return failureOf(error, run);
    }
  }

  async function perform(job: Job, context: JobContext): Promise<Answer | undefined> {
    const { task } = job.payload;
    if (task.kind === 'command') {
      const command = commands.find(({ name }) => name === task.name);
      if (!command) throw new BotError('not_found', `There is no command /${task.name} any more. /help lists them.`);
      return command.run(context, task.values);
    }
    const target = task.target ?? (await generationAt(task, context));
    const action = actions.find(({ name }) => name === task.name);
    if (target === undefined) return undefined;
    return action?.run(context, { target, message: task.message, text: task.text, given: task.given });
  }

  async function generationAt({ message }: ActionTask, { scope }: JobContext): Promise<string | undefined> {
    await services.outbox.settled();
    const generation = await services.store.findGenerationByPost(message);
    return generation?.scope === scope ? generation.id : undefined;
  }

  /** Posts the answer; whether the platform took it is recorded too. */
  async function deliver(run: JobRun, answer: Answer | undefined): Promise<Outcome> {
    if (!answer) return { kind: 'done' };
    const { job, thread, control } = run;
    const { card } = answer;
    const delivery = await control.step('delivery', async () => {
      try {
        giveUpAfterTooMany(job);
        return { ref: await thread.post(await asShownTo(() => adultPlaceOf(adultPolicy, thread), card), finalOf(job)) };
      } catch (error) {
        if (isHandedBack(control)) throw error;
        return { failure: failureOf(error, run) };
      }
    });
    return 'failure' in delivery ? delivery.failure : { kind: 'done', answer, ref: delivery.ref };
  }

  async function end({ job, thread, control, report }: JobRun, outcome: Outcome) {
    if (outcome.kind === 'done') {
      await control.charge(outcome.answer?.card.images?.length ?? 0);
      return notePost(job, outcome).finally(() => report('done', 'Done'));
    }
    if (outcome.isFree) await control.charge(0);
    await removeDrawn(job, control);
    if (outcome.kind === 'failed' && outcome.isRefused) removeUploads(job);
    const isCancelled = outcome.kind === 'cancelled';
    const card: Card = isCancelled
      ? { text: 'Cancelled.', actions: [] }
      : { text: outcome.message, tone: 'error', personal: true, actions: [] };
    await thread
      .post(card, finalOf(job))
      .finally(() => (isCancelled ? report('cancelled', 'Cancelled') : report('failed', 'Failed')));
  }

  /** What a rule refuses is not kept, whether the words were refused or the picture. */
  function removeUploads(job: Job) {
    if (job.payload.attachments.length > 0)
      inBackground(job, services.forgetUploads(job.payload.scope, { job: job.id }));
  }

  /** What was drawn and never shown is not kept, unless it was logged: then its asker finds it, and can delete it. */
  async function removeDrawn(job: Job, control: JobControl) {
    const keys = await picturesDrawn(control);
    if (keys.length > 0) inBackground(job, services.forgetPictures(keys));
  }

  /** The last word need not wait for a database that is slow or away. */
  function inBackground({ id }: Job, removal: Promise<void>) {
    removal.catch((error: unknown) => log.error({ err: error, job: id }, 'pictures could not be removed'));
  }

  /** Again after a crash: the database takes a post once. */
  async function notePost({ payload }: Job, { answer, ref }: Done) {
    if (!answer?.generation || !ref) return;
    const { generation } = answer;
    const post = { ...ref, generation, scope: payload.scope, createdAt: new Date() };
    await services.outbox.add({ kind: 'post', post });
  }

  return { work, ...createPlaceReports(threadOf, log) };
}

/** One key for whichever it is: a chat that has one of them takes no other. */
function finalOf(job: Job) {
  return { key: `${job.id}/final` };
}

function giveUpAfterTooMany(job: Job) {
  if (job.attempts > maxAttempts)
    throw new BotError('internal', 'This request stopped the bot several times and was given up.');
}

function failureOf(error: unknown, { log }: JobRun): Failure {
  const { code, message } = explainFailure(error, log);
  const isRefused = code === 'refused';
  return { kind: 'failed', message, isRefused, isFree: !isRefused };
}

function isHandedBack({ signal, cancelled }: JobControl): boolean {
  return signal.aborted && !cancelled;
}
