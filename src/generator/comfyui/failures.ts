import { z } from 'zod';
import { BotError } from '../../errors.ts';
import { type HttpAnswer, parseJson } from '../http.ts';
import { OutOfMemory, saysOutOfMemory } from '../out-of-memory.ts';

const nodeErrors = z.object({
  class_type: z.string(),
  errors: z.array(
    z.object({
      type: z.string(),
      message: z.string(),
      extra_info: z.looseObject({ input_name: z.string().optional() }).optional(),
    }),
  ),
});

/** The body of a 400 to `POST /prompt`; ComfyUI's `execution.validate_prompt`. */
const rejection = z.object({
  error: z.object({ type: z.string(), message: z.string() }).optional(),
  // A list, and empty, where no node is at fault.
  node_errors: z.record(z.string(), nodeErrors).optional().catch(undefined),
});

interface NodeFault {
  nodeClass: string;
  type: string;
  message: string;
  input: string | undefined;
}

/** What ComfyUI minds about a workflow. Only names and kinds of faults: details repeat values, prompts among them. */
export function readRejection(answer: HttpAnswer): { summary: string; faults: NodeFault[] } {
  const parsed = rejection.safeParse(parseJson(answer.bytes));
  if (!parsed.success) return { summary: '', faults: [] };
  const { error, node_errors: byNode = {} } = parsed.data;
  const faults = Object.values(byNode).flatMap(({ class_type: nodeClass, errors }) =>
    errors.map(({ type, message, extra_info }) => ({ nodeClass, type, message, input: extra_info?.input_name })),
  );
  return { summary: error?.message ?? '', faults };
}

/** What a rejected workflow means to people, when it is not the model's name. */
export function rejected(sender: string, { summary, faults }: ReturnType<typeof readRejection>): BotError {
  const shown = faults
    .slice(0, 3)
    .map(({ nodeClass, message, input }) => `${nodeClass}: ${message}${input === undefined ? '' : ` (${input})`}`);
  return new BotError(
    'generator_failed',
    `${sender} did not accept the workflow: ${shown.join('; ') || summary || 'it did not say why'}. Check COMFYUI_WORKFLOW and the backend's options, and that ComfyUI has the nodes it uses.`,
  );
}

const executionError = z.object({
  exception_type: z.string().optional(),
  exception_message: z.string().optional(),
  node_type: z.string().optional(),
});

/** What `execution_error` means; OutOfMemory when that is it. The exception's own words are for the log alone. */
export function executionFailure(sender: string, data: unknown): Error {
  const parsed = executionError.safeParse(data);
  const { exception_type: type = '', exception_message: message = '', node_type: node } = parsed.data ?? {};
  const cause = new Error(`${type}: ${message}`.slice(0, 500));
  if (saysOutOfMemory(`${type} ${message}`)) return new OutOfMemory(sender, { cause });
  return new BotError(
    'generator_failed',
    `${sender} failed${node ? ` in its node ${node}` : ''}. Try again; if it stays so, see its own log.`,
    { cause },
  );
}
