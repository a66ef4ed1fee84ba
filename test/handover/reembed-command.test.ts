import path from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { aborted } from '../../src/aborted.ts';
import { createWorkServer, takes } from '../../src/handover/server.ts';
import { type ReembedEvent, reembedWork } from '../../src/reembed/job.ts';
import { endOf, startCommand } from '../importer/command.ts';
import { startProgram } from '../store/child.ts';
import { temporaryFolder } from '../store/folders.ts';

const nobody = { HF_ENDPOINT: 'http://127.0.0.1:9' };

function newFolder(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return folder;
}

/** A process that has a data folder, and a bot's side of the work that tells these events and then goes on until it is stopped. */
async function startBot(events: readonly ReembedEvent[]): Promise<string> {
  const dataDir = newFolder();
  const hold = new URL('../core/programs/hold-state.ts', import.meta.url);
  const holder = startProgram(hold, path.join(dataDir, 'state'));
  onTestFinished(async () => void (await holder.kill()));
  expect(await holder.line()).toBe('open');
  const work = takes(reembedWork, async (_, { signal, onEvent }) => {
    for (const event of events) onEvent(event);
    await aborted(signal);
  });
  const server = createWorkServer({ dataDir, works: [work], log: pino({ level: 'silent' }) });
  await server.start();
  onTestFinished(() => server.stop());
  return dataDir;
}

it.each([
  [false, 'Stopped. Run the same command again to go on.'],
  [true, 'The new tables are in use already: the bot finishes the move by itself, and nothing is lost.'],
])(
  'Ctrl-C of npm run reembed says what is true of the bot, with the exchange done: %s',
  { timeout: 60_000 },
  async (isSwitched, words) => {
    const dataDir = await startBot([{ kind: 'step', text: 'A step of the move.', isSwitched }]);
    const command = startCommand('reembed/main.ts', dataDir, ['--model', 'tiny'], nobody);
    await command.said('A step of the move.');
    command.child.kill('SIGINT');
    const { code, output } = await endOf(command);
    expect(code).toBe(130);
    expect(output.trim().split('\n').at(-1)).toBe(words);
    expect(output).not.toContain('finished first');
    expect(output).not.toContain('Cannot lock');
  },
);

it('npm run reembed names the option or the setting that names no model', { timeout: 60_000 }, async () => {
  const dataDir = newFolder();
  for (const [parameters, words] of [
    [['--model', 'nonsense'], '--model nonsense is neither tiny, nor a folder that exists, nor a hub id'],
    [['--model', 'someone/clip'], 'or tiny'],
    [[], 'CLIP_MODEL wrong is neither tiny'],
  ] as const) {
    const { code, output } = await endOf(
      startCommand('reembed/main.ts', dataDir, parameters, { ...nobody, CLIP_MODEL: 'wrong' }),
    );
    expect(code).toBe(1);
    expect(output).toContain(words);
    if (parameters.length > 0) expect(output).not.toContain('CLIP_MODEL');
  }
});
