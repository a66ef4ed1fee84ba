import { z } from 'zod';
import { codeOnly } from '../../errors.ts';
import { type GeneratorFault, operatorsFault } from '../fault.ts';
import { type HttpAnswer, parseJson } from '../http.ts';
import { OutOfMemory, saysOutOfMemory } from '../out-of-memory.ts';

const nodeErrors = z.object({
  class_type: z.string(),
  errors: z.array(
    z.object({ type: z.string(), extra_info: z.looseObject({ input_name: z.string().optional() }).optional() }),
  ),
});

/** The body of a 400 to `POST /prompt`; ComfyUI's `execution.validate_prompt`. */
const rejection = z.object({
  error: z.object({ type: z.string() }).optional(),
  // A list, and empty, where no node is at fault.
  node_errors: z.record(z.string(), nodeErrors).optional().catch(undefined),
});

interface NodeFault {
  nodeClass: string;
  type: string;
  input: string | undefined;
}

/** What ComfyUI minds about a workflow. Only names and kinds of faults: messages and details may repeat values, prompts among them. */
export function readRejection(answer: HttpAnswer): { kind: string; faults: NodeFault[] } {
  const parsed = rejection.safeParse(parseJson(answer.bytes));
  if (!parsed.success) return { kind: '', faults: [] };
  const { error, node_errors: byNode = {} } = parsed.data;
  const faults = Object.values(byNode).flatMap(({ class_type: nodeClass, errors }) =>
    errors.map(({ type, extra_info }) => ({ nodeClass, type, input: extra_info?.input_name })),
  );
  return { kind: codeOnly(error?.type), faults };
}

/** What a rejected workflow means, when it is not the model's name. */
export function rejected(sender: string, { kind, faults }: ReturnType<typeof readRejection>): GeneratorFault {
  const shown = faults
    .slice(0, 3)
    .map(({ nodeClass, type, input }) => [nodeClass, input, type].map(codeOnly).filter(Boolean).join(' '));
  return operatorsFault(
    `${sender} did not accept the workflow`,
    `It minds: ${shown.join('; ') || kind || 'it did not say what'}. Check COMFYUI_WORKFLOW and the backend's options, and that ComfyUI has the nodes it uses.`,
    { madeNothing: true },
  );
}

const executionError = z.object({
  exception_type: z.string().optional(),
  exception_message: z.string().optional(),
  node_type: z.string().optional(),
});

/** What `execution_error` means; OutOfMemory when that is it. The exception's own words are kept nowhere: they quote what it could not read. */
export function executionFailure(sender: string, data: unknown): Error {
  const parsed = executionError.safeParse(data);
  const { exception_type: type = '', exception_message: message = '', node_type: node } = parsed.data ?? {};
  if (saysOutOfMemory(`${type} ${message}`)) return new OutOfMemory(codeOnly(type));
  const where = codeOnly(node);
  return operatorsFault(
    `${sender} failed`,
    `${codeOnly(type) || 'An error'}${where ? ` in its node ${where}` : ''}: its own log says more.`,
  );
}
