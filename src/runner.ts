import type { Adapter, Card, Thread } from './chat.ts';
import type { ActionHandler, Command, JobContext, Services, StoredAttachment } from './command.ts';
import { BotError } from './errors.ts';
import { explainFailure } from './failure.ts';
import type { ActionTask, JobPayload } from './job.ts';
import type { Logger } from './log.ts';
import { type AdultPolicy, adultPlaceOf } from './moderation/adult-policy.ts';
import { asShownTo } from './moderation/shown.ts';
import type { StageProgress } from './pipeline.ts';
import type { JobControl, QueuedJob, QueueHandlers } from './queue/queue.ts';
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
    return adapter.thread(job.payload.thread);
  }

  async function work(job: Job, control: JobControl) {
    const thread = threadOf(job);
    const jobLog = log.child({ job: job.id, adapter: thread.ref.adapter, task: job.payload.task.name });
    const report = reporterOf(job, thread, control, jobLog);
    try {
      control.signal.throwIfAborted();
      if (job.attempts > maxAttempts)
        throw new BotError('internal', 'This request stopped the bot several times and was given up.');
      void report('running', 'Starting');
      await perform(job, await contextOf(job, thread, control, jobLog, report));
      await report('done', 'Done');
    } catch (error) {
      if (control.signal.aborted && !control.cancelled) throw error;
      if (control.cancelled) {
        await thread.post({ text: 'Cancelled.', actions: [] }, { key: `${job.id}/cancelled` });
        return report('cancelled', 'Cancelled');
      }
      const { message } = explainFailure(error, jobLog);
      const card: Card = { text: message, tone: 'error', personal: true, actions: [] };
      await thread.post(card, { key: `${job.id}/error` }).finally(() => report('failed', 'Failed'));
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
    const adultPlace = () => adultPlaceOf(adultPolicy, thread);
    const post = (name: string, card: Card, options: { generation?: string } = {}) =>
      control.step(`post ${name}`, async () => {
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
      step: control.step,
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

  function moved(job: Job, ahead: number) {
    if (job.payload.task.kind === 'action' && job.lane === 'quick') return;
    const label = ahead === 0 ? 'Next in line' : `${ahead} ahead in the queue`;
    const update = { jobId: job.id, status: 'queued' as const, label, ahead, cancel: cancelAction(job) };
    threadOf(job)
      .progress(update)
      .catch((error: unknown) => log.warn({ err: error, job: job.id }, 'the queue place could not be shown'));
  }

  return { work, moved };
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
