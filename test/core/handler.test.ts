import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createHandler } from '../../src/handler.ts';

const command = { name: 'prompt', description: '', lane: 'quick', options: {}, run: async () => undefined } as const;

test.each([
  [true, undefined, true],
  [true, true, false],
  [false, undefined, false],
])(
  'with a shared database (%s), a thread of this folder alone (%s), others may do the job: %s',
  async (sharesData, isLocal, expected) => {
    const submitted: unknown[] = [];
    const unused = () => {
      throw new Error('not used here');
    };
    const handler = createHandler({
      commands: [command],
      actions: [],
      queue: {
        submit: async (job) => {
          submitted.push(job);
          return { ahead: 0, etaSeconds: undefined };
        },
        find: unused,
        all: unused,
        cancel: unused,
        start: unused,
        stop: unused,
        close: unused,
      },
      images: { put: unused, get: unused, remove: unused, putThumbnail: unused, getThumbnail: unused },
      outbox: { add: unused, settled: unused, size: 0, close: unused },
      hashUser: (_, id) => id,
      isExempt: () => false,
      sharesData,
      gate: { checkWords: () => {} },
      checkModel: async () => {},
      suggest: async () => [],
      forgetUploads: async () => undefined,
      log: pino({ level: 'silent' }),
    });
    const person = { id: 'ada', name: 'Ada' };
    const thread = { adapter: 'memory', thread: 't' };
    const asked = { kind: 'command', command: 'prompt', options: {}, attachments: [] } as const;
    await handler.accept({ id: 'e', scope: 's', person, thread, carried: { asker: 'ada' }, isLocal, ...asked });
    expect(submitted).toMatchObject([{ portable: expected, payload: { carried: { asker: 'ada' } } }]);
  },
);
