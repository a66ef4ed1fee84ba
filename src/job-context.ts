import type { Adapter, Card, Thread } from './chat.ts';
import type { JobContext, Services, StoredAttachment } from './command.ts';
import { BotError } from './errors.ts';
import type { JobPayload } from './job.ts';
import type { Report } from './job-progress.ts';
import type { Logger } from './log.ts';
import { type AdultPolicy, adultPlaceOf } from './moderation/adult-policy.ts';
import { asShownTo } from './moderation/shown.ts';
import type { JobControl, QueuedJob } from './queue/queue.ts';
import { keepUpload } from './uploads.ts';

export interface ContextParts {
  adapters: ReadonlyMap<string, Adapter>;
  services: Services;
  adultPolicy: AdultPolicy;
}

/** One run of a job. */
export interface JobRun {
  job: QueuedJob<JobPayload>;
  thread: Thread;
  control: JobControl;
  log: Logger;
  report: Report;
}

/** What a job's command or control works with; fetches the pictures that came as addresses. */
export async function contextOf(run: JobRun, { adapters, services, adultPolicy }: ContextParts): Promise<JobContext> {
  const { job, thread, control, log, report } = run;
  const { scope, user, moderator } = job.payload;
  // What is recorded stays done when the job is cancelled; nothing new is begun.
  const step = <Value>(name: string, perform: () => Promise<Value>) =>
    control.step(name, () => {
      control.signal.throwIfAborted();
      return perform();
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
    log,
    services,
    signal: control.signal,
    get cancelled() {
      return control.cancelled;
    },
    usualSeconds: control.usualSeconds,
    step,
    charge: control.charge,
    attachments: await fetchAll(run, adapters.get(thread.ref.adapter), services),
    post,
    adultPlace,
    remove: (message) => thread.remove(message),
    progress: (label, details) => void report('running', label, details),
  };
}

async function fetchAll(
  { job, control }: JobRun,
  adapter: Adapter | undefined,
  services: Services,
): Promise<StoredAttachment[]> {
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
