import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BotError } from '../../errors.ts';
import { packageRoot } from '../../paths.ts';

const node = z.looseObject({ class_type: z.string(), inputs: z.record(z.string(), z.json()) });
const graph = z.record(z.string(), node);

/** A workflow in ComfyUI's API format: nodes by their ids. */
export type Graph = z.infer<typeof graph>;

export const placeholders = [
  'prompt',
  'negative_prompt',
  'seed',
  'width',
  'height',
  'steps',
  'guidance',
  'sampler',
  'model',
  'source',
  'strength',
] as const;
export type Placeholder = (typeof placeholders)[number];
export type Values = Readonly<Partial<Record<Placeholder, string | number | undefined>>>;

export interface Workflow {
  graph: Graph;
  /** Which placeholders it has. */
  has: ReadonlySet<Placeholder>;
  /** The input that `%model%` fills: where ComfyUI tells which models there are. */
  modelInput: { nodeClass: string; input: string } | undefined;
  /** Nodes that sample, which is what takes the time. */
  samplers: number;
}

const pattern = new RegExp(`%(${placeholders.join('|')})%`, 'g');

/**
 * Reads a workflow file. Names of the form `%prompt%` in its inputs are filled at each run. Throws BotError
 * `invalid_settings` when it is not in API format or lacks one of `needs`. `setting` is named in the message.
 */
export function readWorkflow(file: string, setting: string, needs: readonly Placeholder[]): Workflow {
  const fault = (what: string, cause?: unknown) =>
    new BotError('invalid_settings', `${setting} (${file}) ${what}`, { cause });
  const parsed = graph.safeParse(readJson(file, fault));
  if (!parsed.success) {
    throw fault('is no workflow in API format. In ComfyUI choose Workflow > Export (API).', parsed.error);
  }
  const workflow = describe(parsed.data);
  const missing = needs.filter((name) => !workflow.has.has(name)).map((name) => `"%${name}%"`);
  if (missing.length > 0) {
    throw fault(`has no ${missing.join(' and no ')}. Put that in place of the value that a run must fill.`);
  }
  return workflow;
}

/** What a run must be able to fill in the operator's own workflows, by their setting. */
const ownNeeds = {
  COMFYUI_WORKFLOW: ['prompt', 'seed'],
  COMFYUI_SOURCE_WORKFLOW: ['prompt', 'seed', 'source'],
} as const;

/** The operator's own workflow, as `readWorkflow` reads it. */
export function readOwnWorkflow(setting: keyof typeof ownNeeds, file: string): Workflow {
  return readWorkflow(file, setting, ownNeeds[setting]);
}

/** The workflows that work with any SD 1.5 or SDXL checkpoint. */
export function builtInWorkflow(name: 'txt2img' | 'img2img'): Workflow {
  return readWorkflow(path.join(packageRoot, `src/generator/comfyui/${name}.json`), 'The built-in workflow', [
    'prompt',
  ]);
}

/** The workflow with its placeholders filled. A string that is just a placeholder becomes the value itself, a number for numbers. */
export function fillWorkflow({ graph }: Workflow, values: Values): Graph {
  return Object.fromEntries(
    Object.entries(graph).map(([id, { inputs, ...rest }]) => [id, { ...rest, inputs: fillAll(inputs, values) }]),
  );
}

function fillAll(inputs: Graph[string]['inputs'], values: Values): Graph[string]['inputs'] {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, fill(value, values)]));
}

function fill(value: z.core.util.JSONType, values: Values): z.core.util.JSONType {
  if (typeof value !== 'string') return value;
  const only = placeholders.find((name) => value === `%${name}%`);
  if (only) return values[only] ?? '';
  // In one pass: a value that looks like a placeholder stays as it is.
  return value.replace(pattern, (_, name: Placeholder) => String(values[name] ?? ''));
}

function describe(given: Graph): Workflow {
  const texts = Object.values(given).flatMap(({ inputs }) => Object.values(inputs));
  const found = texts.flatMap((text) => (typeof text === 'string' ? [...text.matchAll(pattern)] : []));
  return {
    graph: given,
    has: new Set(placeholders.filter((name) => found.some(([, known]) => known === name))),
    modelInput: modelInputOf(given),
    samplers: Math.max(1, Object.values(given).filter(({ class_type }) => /^(K?Sampler)/.test(class_type)).length),
  };
}

function modelInputOf(given: Graph): Workflow['modelInput'] {
  for (const { class_type: nodeClass, inputs } of Object.values(given)) {
    const input = Object.keys(inputs).find((name) => inputs[name] === '%model%');
    if (input !== undefined) return { nodeClass, input };
  }
  return undefined;
}

function readJson(file: string, fault: (what: string, cause: unknown) => BotError): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw fault(cause instanceof SyntaxError ? 'is no JSON.' : "can't be read. Check the path.", cause);
  }
}
