import sharp from 'sharp';
import { draw } from '../draw.ts';

export type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;

interface NodeError {
  class_type: string;
  errors: { type: string; message: string; details: string; extra_info: { input_name: string } }[];
  dependent_outputs: string[];
}

/** What an input of a node takes, as its `INPUT_TYPES` say (nodes.py). */
const types: Record<string, Record<string, 'int' | 'float' | 'text'>> = {
  KSampler: { seed: 'int', steps: 'int', cfg: 'float', denoise: 'float' },
  EmptyLatentImage: { width: 'int', height: 'int', batch_size: 'int' },
  CLIPTextEncode: { text: 'text' },
};

/** ComfyUI's `execution.validate_prompt`: the faults by node. Details repeat the value, as there. */
export function validate(
  graph: Graph,
  models: readonly string[],
  uploads: ReadonlySet<string>,
): Record<string, NodeError> {
  const faults: Record<string, NodeError> = {};
  const add = (id: string, type: string, message: string, input: string, value: unknown) => {
    const node = graph[id];
    faults[id] ??= { class_type: node?.class_type ?? '', errors: [], dependent_outputs: ['save'] };
    faults[id].errors.push({ type, message, details: `${input}: ${value}`, extra_info: { input_name: input } });
  };
  for (const [id, { class_type, inputs }] of Object.entries(graph)) {
    const listed = { CheckpointLoaderSimple: ['ckpt_name', models], LoadImage: ['image', [...uploads]] } as const;
    const list = class_type in listed ? listed[class_type as keyof typeof listed] : undefined;
    if (list && !list[1].includes(String(inputs[list[0]]))) {
      add(id, 'value_not_in_list', 'Value not in list', list[0], inputs[list[0]]);
    }
    for (const [input, type] of Object.entries(types[class_type] ?? {})) {
      if (!fits(inputs[input], type))
        add(id, 'invalid_input_type', 'Failed to convert an input value', input, inputs[input]);
    }
  }
  return faults;
}

function fits(value: unknown, type: 'int' | 'float' | 'text'): boolean {
  if (type === 'text') return typeof value === 'string';
  return typeof value === 'number' && (type === 'float' || Number.isInteger(value));
}

export const inputOf = (graph: Graph, nodeClass: string, input: string): unknown =>
  Object.values(graph).find(({ class_type }) => class_type === nodeClass)?.inputs[input];

/** The text that a sampler's input leads to. */
export function textAt(graph: Graph, side: 'positive' | 'negative'): string {
  const link = inputOf(graph, 'KSampler', side);
  const node = Array.isArray(link) ? graph[String(link[0])] : undefined;
  return String(node?.inputs['text'] ?? '');
}

/** Pixels: of the empty latent, or of the picture it starts from. */
export async function sizeOf(graph: Graph, uploads: ReadonlyMap<string, Buffer>) {
  const source = inputOf(graph, 'LoadImage', 'image');
  if (source === undefined) {
    return {
      width: Number(inputOf(graph, 'EmptyLatentImage', 'width')),
      height: Number(inputOf(graph, 'EmptyLatentImage', 'height')),
    };
  }
  const { width, height } = await sharp(uploads.get(String(source))).metadata();
  return { width, height };
}

/** What the workflow would draw, as the other fakes do. */
export async function drawGraph(graph: Graph, uploads: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const source = uploads.get(String(inputOf(graph, 'LoadImage', 'image')));
  const strength = Number(inputOf(graph, 'KSampler', 'denoise'));
  return draw({
    prompt: textAt(graph, 'positive'),
    negativePrompt: textAt(graph, 'negative'),
    seed: Number(inputOf(graph, 'KSampler', 'seed')),
    model: String(inputOf(graph, 'CheckpointLoaderSimple', 'ckpt_name')),
    ...(await sizeOf(graph, uploads)),
    source: source && { bytes: source, strength },
  });
}
