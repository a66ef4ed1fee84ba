import { z } from 'zod';

/** What of ComfyUI's websocket concerns one job. */
export type JobMessage =
  | { kind: 'progress'; node: string | undefined; value: number; max: number }
  | { kind: 'preview'; bytes: Uint8Array }
  /** It has ended in one way or another; the history tells which. */
  | { kind: 'ended' };

const envelope = z.object({ type: z.string(), data: z.looseObject({ prompt_id: z.string().optional() }).optional() });
const progress = z.object({ node: z.string().nullish(), value: z.number(), max: z.number().positive() });
const metadata = z.object({ prompt_id: z.string().optional() });
const endings = new Set(['execution_success', 'execution_error', 'execution_interrupted']);

/** A text frame, `{type, data}`; undefined for other jobs' and for what says nothing here. */
export function readText(text: string, promptId: string): JobMessage | undefined {
  const message = envelope.safeParse(parse(text));
  if (!message.success || message.data.data?.prompt_id !== promptId) return undefined;
  const { type, data } = message.data;
  // Old builds tell the end by a node of null alone.
  if (endings.has(type) || (type === 'executing' && data.node === null)) return { kind: 'ended' };
  const step = type === 'progress' ? progress.safeParse(data) : undefined;
  if (!step?.success) return undefined;
  const { node, value, max } = step.data;
  return { kind: 'progress', node: node ?? undefined, value: Math.min(value, max), max };
}

/**
 * A binary frame, all numbers big-endian uint32 (ComfyUI's `protocol.py` and `send_image_with_metadata`): event 1, then
 * the picture's type and bytes; or event 4, then the length of a JSON of metadata, that JSON, and the bytes.
 */
export function readBinary(frame: Buffer, promptId: string): JobMessage | undefined {
  if (frame.length < 8) return undefined;
  const event = frame.readUInt32BE(0);
  const second = frame.readUInt32BE(4);
  if (event === 1) return previewOf(frame.subarray(8));
  if (event !== 4 || second > frame.length - 8) return undefined;
  const about = metadata.safeParse(parse(frame.subarray(8, 8 + second).toString('utf8')));
  const isOwn = about.success && (about.data.prompt_id === undefined || about.data.prompt_id === promptId);
  return isOwn ? previewOf(frame.subarray(8 + second)) : undefined;
}

function previewOf(bytes: Buffer): JobMessage | undefined {
  return bytes.length > 0 ? { kind: 'preview', bytes: new Uint8Array(bytes) } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
