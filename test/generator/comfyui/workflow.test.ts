import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBinary, readText } from '../../../src/generator/comfyui/messages.ts';
import { fillWorkflow, placeholders, readWorkflow } from '../../../src/generator/comfyui/workflow.ts';
import { createComfyuiGenerator } from '../../../src/generator/comfyui.ts';
import { preview, previewWithMetadata } from '../../fakes/comfyui/frames.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'workflow-'));

function fileOf(content: unknown): string {
  const file = path.join(folder, 'workflow.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const own = (inputs: Record<string, unknown>) => ({ one: { class_type: 'Anything', inputs } });
const read = (content: unknown) => readWorkflow(fileOf(content), 'COMFYUI_WORKFLOW', ['prompt', 'seed']);

describe("an operator's workflow", () => {
  test('gets values in their types, alone and within text', () => {
    const workflow = read(
      own({ text: '%prompt%, best quality', seed: '%seed%', link: ['two', 0], name: '%date:yyyy%_%width%', cfg: 5 }),
    );
    expect(fillWorkflow(workflow, { prompt: 'a cat', seed: 7, width: 512 })['one']?.inputs).toEqual({
      text: 'a cat, best quality',
      seed: 7,
      link: ['two', 0],
      name: '%date:yyyy%_512',
      cfg: 5,
    });
  });

  test('never fills what a prompt holds, whatever it is', () => {
    const workflow = read(own({ alone: '%prompt%', within: '<%prompt%>', seed: '%seed%' }));
    const hostile = fc.array(
      fc.oneof(fc.string(), fc.constantFrom(...placeholders.map((name) => `%${name}%`), '$&', '"')),
    );
    fc.assert(
      fc.property(hostile, (parts) => {
        const prompt = parts.join('');
        const inputs = fillWorkflow(workflow, { prompt, seed: 1, model: 'x' })['one']?.inputs;
        expect(inputs).toEqual({ alone: prompt, within: `<${prompt}>`, seed: 1 });
      }),
    );
  });

  test.each([
    ['no JSON', '{', /COMFYUI_WORKFLOW \(.*workflow\.json\) is no JSON/],
    ['not in API format', { nodes: [], links: [] }, /is no workflow in API format\. In ComfyUI choose/],
    ['without a prompt', own({ seed: '%seed%' }), /has no "%prompt%"\. Put that in place/],
    ['without both', own({}), /has no "%prompt%" and no "%seed%"/],
  ])('is refused at start: %s', (_name, content, message) => {
    expect(() => read(content)).toThrow(message);
    expect(() => createComfyuiGenerator({ url: 'http://x', timeoutMs: 1, workflow: fileOf(content) })).toThrow(message);
  });

  test('is refused when it is not there', () => {
    expect(() => readWorkflow('/nowhere.json', 'COMFYUI_WORKFLOW', [])).toThrow(/can't be read\. Check the path/);
  });

  test('tells what it can do by its placeholders', async () => {
    const workflow = fileOf({
      one: { class_type: 'UNETLoader', inputs: { unet_name: 'flux1-dev.safetensors' } },
      two: { class_type: 'CLIPTextEncode', inputs: { text: '%prompt%' } },
      three: { class_type: 'KSampler', inputs: { seed: '%seed%' } },
    });
    const generator = createComfyuiGenerator({ url: 'http://127.0.0.1:9', timeoutMs: 1000, workflow });
    expect(generator.limits).toMatchObject({ hasNegativePrompt: false, hasSource: false, usualPixels: 1024 * 1024 });
    expect(generator.model).toBe('flux1-dev.safetensors');
    expect(await generator.models()).toEqual(['flux1-dev.safetensors']);
  });
});

describe('the frames of the websocket', () => {
  const picture = Buffer.from([0xff, 0xd8, 1, 2, 3]);

  test('previews come alone and with metadata; those of other jobs are left', () => {
    expect(readBinary(preview(picture), 'mine')).toEqual({ kind: 'preview', bytes: new Uint8Array(picture) });
    expect(readBinary(previewWithMetadata(picture, 'mine'), 'mine')).toEqual({
      kind: 'preview',
      bytes: new Uint8Array(picture),
    });
    expect(readBinary(previewWithMetadata(picture, 'other'), 'mine')).toBeUndefined();
  });

  test('texts of other jobs are left', () => {
    const ended = (prompt_id: string) => JSON.stringify({ type: 'execution_success', data: { prompt_id } });
    expect(readText(ended('mine'), 'mine')).toEqual({ kind: 'ended' });
    expect(readText(ended('other'), 'mine')).toBeUndefined();
    expect(readText(JSON.stringify({ type: 'status', data: { status: {} } }), 'mine')).toBeUndefined();
  });

  test('nothing that comes makes it fail', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readBinary(Buffer.from(bytes), 'mine')));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.nat(), fc.uint8Array(), (event, second, rest) => {
        const head = Buffer.alloc(8);
        head.writeUInt32BE(event);
        head.writeUInt32BE(second, 4);
        const message = readBinary(Buffer.concat([head, rest]), 'mine');
        if (message) expect(message.kind).toBe('preview');
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readText(text, 'mine')));
  });
});
