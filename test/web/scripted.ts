import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createWebAdapter, type WebAdapter, type WebAdapterOptions } from '../../adapters/web/web.ts';
import type { ChatHandler, CommandInfo, Invocation, Thread } from '../../src/chat.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { encodeUpload } from '../../src/images/encode.ts';
import { createLog } from '../../src/log.ts';
import { openState } from '../../src/state.ts';

/** Commands as the real ones look, for completion and help. */
const scriptedCommands: readonly CommandInfo[] = [
  {
    name: 'prompt',
    description: 'Find proven prompts like yours, refine it with them, draw it',
    options: {
      text: { type: 'text', description: 'What to draw', required: true, maxLength: 2000 },
      count: { type: 'integer', description: 'How many pictures', min: 1, max: 4 },
      aspect: { type: 'choice', description: 'The shape', choices: ['square', 'portrait', 'landscape'] },
      style: { type: 'text', description: 'A named style', maxLength: 60, suggests: true },
      seed: { type: 'integer', description: 'Repeats a picture', min: 0, max: 4_294_967_295 },
      raw: { type: 'flag', description: 'Draw exactly these words' },
    },
  },
  {
    name: 'search',
    description: 'Find prompts by words or by a picture',
    options: {
      text: { type: 'text', description: 'What to look for', maxLength: 2000 },
      image: { type: 'image', description: 'A picture' },
    },
  },
  { name: 'help', description: 'What this bot does', options: {}, personal: true },
];

/** What the scripted core does with an invocation, once it was accepted. */
export type Answer = (thread: Thread, invocation: Invocation, jobId: string) => Promise<void>;

interface Script {
  handler: ChatHandler;
  /** Every invocation that was accepted, in order; a redelivered one is in it once. */
  accepted: Invocation[];
  /** Resolves when all answers so far are given. */
  settled(): Promise<void>;
}

/** A small core for tests: accepts everything once per id, keeps the pictures and answers through the adapter's threads. */
function createScript(
  images: WebAdapterOptions['images'],
  threadOf: (invocation: Invocation) => Thread,
  answer: Answer = answerText,
  check: (invocation: Invocation) => void = () => {},
): Script {
  const accepted: Invocation[] = [];
  const answers: Promise<void>[] = [];
  return {
    accepted,
    settled: async () => void (await Promise.all(answers)),
    handler: {
      commands: scriptedCommands,
      reactions: ['👍', '👎', '🔁'],
      async accept(invocation) {
        check(invocation);
        const jobId = `job-${invocation.id}`;
        if (accepted.some(({ id }) => id === invocation.id)) return { jobId, ahead: 0 };
        const attachments = 'attachments' in invocation ? invocation.attachments : [];
        for (const attachment of attachments)
          if ('bytes' in attachment) await images.put((await encodeUpload(attachment.bytes)).bytes);
        accepted.push(invocation);
        answers.push(answer(threadOf(invocation), invocation, jobId));
        return { jobId, ahead: 2 };
      },
      suggest: async ({ typed }) => ['watercolor', 'line art', 'pixel art'].filter((style) => style.startsWith(typed)),
    },
  };
}

/** Says what it was asked, with one control. */
export const answerText: Answer = async (thread, invocation, jobId) => {
  await thread.progress({ jobId, status: 'running', label: 'Working' });
  const actions = [{ id: 'again:g1', label: 'Again', emoji: '🔁' }];
  await thread.post({ text: `got ${invocation.kind}`, actions, generationId: 'g1' }, { key: `${jobId}/answer` });
  await thread.progress({ jobId, status: 'done', label: 'Done' });
};

export interface Setup
  extends Partial<Pick<WebAdapterOptions, 'token' | 'maxImageBytes' | 'search' | 'port' | 'isForAdults'>> {
  folder?: string;
  answer?: Answer;
  check?: (invocation: Invocation) => void;
  notices?: string[];
}

export interface RunningWeb {
  adapter: WebAdapter;
  script: Script;
  url: string;
  folder: string;
  images: WebAdapterOptions['images'];
  /** Stops everything, as the end of the process does. */
  close(): Promise<void>;
}

/** Starts the web adapter on a free port with a scripted core; a second start on the same folder is a restart. */
export async function startWeb(setup: Setup = {}): Promise<RunningWeb> {
  const folder = setup.folder ?? (await mkdtemp(path.join(tmpdir(), 'promptory-web-')));
  const state = openState(path.join(folder, 'state'));
  const images = createDiskImageFiles(path.join(folder, 'images'));
  const adapter = createWebAdapter({
    host: '127.0.0.1',
    port: setup.port ?? 0,
    token: setup.token,
    scope: 'web',
    isForAdults: setup.isForAdults,
    state,
    images,
    search: setup.search ?? (async () => []),
    about: () => ({ version: '0.1.0', engine: 'chDB 26.7', model: 'tiny-clip', notices: setup.notices ?? [] }),
    maxImageBytes: setup.maxImageBytes ?? 4 * 1024 * 1024,
    log: createLog('fatal'),
  });
  const script = createScript(
    images,
    (invocation) => adapter.thread(invocation.thread, invocation.carried),
    setup.answer,
    setup.check,
  );
  await adapter.start(script.handler);
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await adapter.stop();
    await script.settled().catch(() => {});
    await state.close();
  };
  return { adapter, script, url: adapter.address(), folder, images, close };
}
