import { aborted } from './aborted.ts';
import type { Adapter, Card, ProgressUpdate, Thread } from './chat.ts';
import type { ActionHandler, Command, JobContext, Services, StoredAttachment } from './command.ts';
import { BotError } from './errors.ts';
import { explainFailure } from './failure.ts';
import type { ActionTask, JobPayload } from './job.ts';
import type { Logger } from './log.ts';
import { type AdultPolicy, adultPlaceOf } from './moderation/adult-policy.ts';
import { asShownTo } from './moderation/shown.ts';
import type { StageProgress } from './pipeline.ts';
import type { JobControl, Place, QueuedJob, QueueHandlers } from './queue/queue.ts';
import { keepUpload } from './uploads.ts';

interface RunnerParts {
  adapters: ReadonlyMap<string, Adapter>;
  commands: readonly Command[];
  actions: readonly ActionHandler[];
  services: Services;
  adultPolicy: AdultPolicy;
  log: Logger;
}

type Job = QueuedJob<JobPayload>;

/** A job that took the process down with it this often is given up, so that it can't do so for ever. */
const maxAttempts = 5;
const cancelLabel = { label: 'Cancel', emoji: '✖️' };

/** Runs accepted jobs: rebuilds their thread, does what was asked, and tells the person how it went. */
export function createRunner({
  adapters,
  commands,
  actions,
  services,
  adultPolicy,
  log,
}: RunnerParts): QueueHandlers<JobPayload> {
  function threadOf(job: Job): Thread {
    const adapter = adapters.get(job.payload.thread.adapter);
    if (!adapter)
      throw new BotError('not_found', `The adapter ${job.payload.thread.adapter} is not switched on any more.`);
    return adapter.thread(job.payload.thread, job.payload.carried);
  }

  async function work(job: Job, control: JobControl) {
    const thread = threadOf(job);
    const jobLog = log.child({ job: job.id, adapter: thread.ref.adapter, task: job.payload.task.name });
    const report = reporterOf(job, thread, control, jobLog);
    // Recorded, so that a job which a crash interrupts after its end does not end in another way when it is done again.
    const outcome = await control.step('outcome', () => attempt(job, { thread, control, log: jobLog, report }));
    if (outcome.kind === 'done') return report('done', 'Done');
    if (outcome.isFree) await control.charge(0);
    if (outcome.kind === 'cancelled') {
      await thread.post({ text: 'Cancelled.', actions: [] }, { key: `${job.id}/cancelled` });
      return report('cancelled', 'Cancelled');
    }
    const card: Card = { text: outcome.message, tone: 'error', personal: true, actions: [] };
    await thread.post(card, { key: `${job.id}/error` }).finally(() => report('failed', 'Failed'));
  }

  /** Does the job; throws only when it is handed back. */
  async function attempt(job: Job, { thread, control, log: jobLog, report }: Attempt): Promise<Outcome> {
    // Cancelled while it waited: nothing was done for it.
    const isUntouched = control.cancelled && job.attempts === 1;
    try {
      if (isUntouched) control.signal.throwIfAborted();
      if (job.attempts > maxAttempts)
        throw new BotError('internal', 'This request stopped the bot several times and was given up.');
      void report('running', 'Starting');
      await perform(job, await contextOf(job, thread, control, jobLog, report));
      return { kind: 'done' };
    } catch (error) {
      // The bot stops over it, and begins the job again at its next start.
      if (isMoved(error)) await aborted(control.signal);
      if (control.signal.aborted && !control.cancelled) throw error;
      if (control.cancelled) return { kind: 'cancelled', isFree: isUntouched };
      const { code, message } = explainFailure(error, jobLog);
      // Who gets no pictures pays nothing; a refusal does count, or else rules could be probed for free.
      return { kind: 'failed', message, isFree: code !== 'refused' };
    }
  }

  async function perform(job: Job, context: JobContext) {
    const { task } = job.payload;
    if (task.kind === 'command') {
      const command = commands.find(({ name }) => name === task.name);
      if (!command) throw new BotError('not_found', `There is no command /${task.name} any more. /help lists them.`);
      return command.run(context, task.values);
    }
    const target = task.target ?? (await generationAt(task, context));
    const action = actions.find(({ name }) => name === task.name);
    if (target !== undefined)
      await action?.run(context, { target, message: task.message, text: task.text, given: task.given });
  }

  async function generationAt({ message }: ActionTask, { scope, services }: JobContext): Promise<string | undefined> {
    await services.outbox.settled();
    const generation = await services.store.findGenerationByPost(message);
    return generation?.scope === scope ? generation.id : undefined;
  }

  async function contextOf(
    job: Job,
    thread: Thread,
    control: JobControl,
    jobLog: Logger,
    report: Report,
  ): Promise<JobContext> {
    const { scope, user, moderator } = job.payload;
    // What is recorded stays done when the job is cancelled; nothing new is begun.
    const step = <Value>(name: string, run: () => Promise<Value>) =>
      control.step(name, () => {
        control.signal.throwIfAborted();
        return run();
      });
    const adultPlace = () => adultPlaceOf(adultPolicy, thread);
    const post = (name: string, card: Card, options: { generation?: string } = {}) =>
      step(`post ${name}`, async () => {
        const ref = await thread.post(await asShownTo(adultPlace, card), { key: `${job.id}/${name}` });
        const { generation } = options;
        if (generation)
          await services.outbox.add({ kind: 'post', post: { ...ref, generation, scope, createdAt: new Date() } });
        return ref;
      });
    return {
      jobId: job.id,
      scope,
      user,
      moderator,
      log: jobLog,
      services,
      signal: control.signal,
      get cancelled() {
        return control.cancelled;
      },
      usualSeconds: control.usualSeconds,
      step,
      charge: control.charge,
      attachments: await fetchAll(job, control),
      post,
      adultPlace,
      remove: (message) => thread.remove(message),
      progress: (label, details) => void report('running', label, details),
    };
  }

  async function fetchAll(job: Job, control: JobControl): Promise<StoredAttachment[]> {
    const adapter = adapters.get(job.payload.thread.adapter);
    const { scope, user } = job.payload;
    return Promise.all(
      job.payload.attachments.map((attachment, index) => {
        if ('key' in attachment) return attachment;
        return control.step(`attachment ${index}`, async () => {
          if (!adapter?.download)
            throw new BotError('invalid_input', 'Send the picture itself; addresses can not be fetched here.');
          const bytes = await adapter.download(attachment.url, { signal: control.signal });
          return keepUpload(services, bytes, { scope, job: job.id, user });
        });
      }),
    );
  }

  function moved(job: Job, { ahead, etaSeconds }: Place) {
    if (job.payload.task.kind === 'action' && job.lane === 'quick') return;
    const label = ahead === 0 ? 'Next in line' : `${ahead} ahead in the queue`;
    show(job, { jobId: job.id, status: 'queued', label, ahead, etaSeconds, cancel: cancelAction(job) });
  }

  /** Takes the place in line away; the process that does the job now shows how it goes. */
  function left(job: Job) {
    show(job, { jobId: job.id, status: 'done', label: 'Done elsewhere' });
  }

  function show(job: Job, update: ProgressUpdate) {
    const logFailure = (error: unknown) => log.warn({ err: error, job: job.id }, 'the queue place could not be shown');
    try {
      threadOf(job).progress(update).catch(logFailure);
    } catch (error) {
      logFailure(error);
    }
  }

  return { work, moved, left };
}

type Outcome =
  | { kind: 'done' }
  | { kind: 'cancelled'; isFree: boolean }
  | { kind: 'failed'; message: string; isFree: boolean };

interface Attempt {
  thread: Thread;
  control: JobControl;
  log: Logger;
  report: Report;
}

/** The database is of another model than this program: src/store/watch-for-move.ts has told so. */
function isMoved(error: unknown): boolean {
  return error instanceof BotError && error.code === 'model_mismatch';
}

type Report = (
  status: 'running' | 'done' | 'failed' | 'cancelled',
  label: string,
  details?: StageProgress,
) => Promise<void>;

function reporterOf(job: Job, thread: Thread, control: JobControl, log: Logger): Report {
  const began = performance.now();
  return async (status, label, details) => {
    const passed = (performance.now() - began) / 1000;
    const update = {
      jobId: job.id,
      status,
      label,
      ...details,
      etaSeconds: details?.etaSeconds ?? remaining(control.usualSeconds, passed),
      cancel: status === 'running' && job.lane === 'image' ? cancelAction(job) : undefined,
    };
    await thread
      .progress(update)
      .catch((error: unknown) => log.warn({ err: error }, 'the progress could not be shown'));
  };
}

function remaining(usualSeconds: number | undefined, passed: number): number | undefined {
  return usualSeconds === undefined ? undefined : Math.max(0, usualSeconds - passed);
}

function cancelAction(job: Job) {
  return { id: `cancel:${job.id}`, ...cancelLabel };
}
