import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderCommandModal, renderFormModal } from '../../adapters/slack/render/modals.ts';
import { renderOpening } from '../../adapters/slack/render/opening.ts';
import { renderProgress } from '../../adapters/slack/render/progress.ts';
import { commands } from '../../commands/index.ts';
import { faultsOfBlocks } from '../fakes/slack/blocks.ts';
import type { Json } from '../fakes/slack/workspace.ts';
import { known } from './bot.ts';
import { surroundings, text } from './written.ts';

// What Slack shows besides cards: openings, progress, forms.

test('openings, progress and forms keep to the limits too', () => {
  fc.assert(
    fc.property(text, fc.option(fc.double(), { nil: undefined }), (given, fraction) => {
      const update = { jobId: 'j', status: 'running', label: given, fraction, etaSeconds: 5 } as const;
      for (const message of [renderOpening(given, 'U1'), renderProgress(update)]) {
        expect(faultsOfBlocks(message.blocks as unknown as Json[], surroundings)).toEqual([]);
      }
      const view = renderFormModal({ label: given || 'x', value: given, maxLength: 4000 }, '{}');
      expect(faultsOfBlocks(view.blocks as unknown as Json[], { ...surroundings, surface: 'modal' })).toEqual([]);
      expect(view.title.text.length).toBeLessThanOrEqual(24);
    }),
    { numRuns: 150 },
  );
});

test('every command has a form with a field for each of its options', () => {
  for (const command of commands) {
    const { blocks, ...view } = renderCommandModal(command, {}, '{}');
    expect(blocks.map(({ block_id }) => block_id)).toEqual(Object.keys(command.options));
    expect(faultsOfBlocks(blocks as unknown as Json[], { ...surroundings, surface: 'modal' })).toEqual([]);
    expect(view).toMatchObject({ type: 'modal', callback_id: 'command', submit: { text: 'Go' } });
  }
  const { blocks } = renderCommandModal(known(commands.find(({ name }) => name === 'prompt')), {}, '{}');
  const types = Object.fromEntries(blocks.map((block) => [block.block_id, 'element' in block && block.element?.type]));
  expect(types).toMatchObject({ text: 'plain_text_input', use_as_source: 'checkboxes', model: 'external_select' });
});

test('progress counts the steps of the backend, and shows no previews', () => {
  const update = { jobId: 'j', status: 'running', label: 'Drawing', fraction: 0.25, step: 5, steps: 20 } as const;
  const { text, blocks } = renderProgress({ ...update, preview: new Uint8Array([1, 2, 3]) });
  expect(text).toBe('▰▰▰▱▱▱▱▱▱▱▱▱ 25 % · Drawing · step 5 of 20');
  expect(blocks.map(({ type }) => type)).toEqual(['section']);
});

test('progress is a text bar, the place in the queue and the time left', () => {
  const texts = [
    renderProgress({ jobId: 'j', status: 'running', label: 'Drawing', fraction: 0.5, etaSeconds: 12.2 }),
    renderProgress({ jobId: 'j', status: 'queued', label: '2 ahead in the queue', ahead: 2 }),
    renderProgress({ jobId: 'j', status: 'cancelled', label: 'Cancelled' }),
  ].map((message) => message.text);
  expect(texts).toEqual(['▰▰▰▰▰▰▱▱▱▱▱▱ 50 % · Drawing · about 13 s left', '⏳ 2 ahead in the queue', '✖️ Cancelled']);
});
