import path from 'node:path';
import { z } from 'zod';

/** Work on the database that a command does itself, or hands to the running bot that has it. Requests and events are plain data. */
export interface Work<Request, Event> {
  /** Its address, and what messages call it: the bot does the `name`. */
  name: string;
  /** The bot is at `title`. */
  title: string;
  request: z.ZodType<Request>;
  event: z.ZodType<Event>;
}

/** What work is given, wherever it is done. */
export interface WorkOptions<Event> {
  signal: AbortSignal;
  onEvent(event: Event): void;
}

/** A line of the bot's answer; an empty one is a sign of life. */
export const lineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('waiting'), message: z.string() }),
  z.object({ kind: z.literal('event'), event: z.unknown() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('done') }),
]);

export type Line = z.infer<typeof lineSchema>;

export const addressSchema = z.object({ port: z.number(), token: z.string() });

/** Where a running bot takes work, in a file of DATA_DIR that only its owner can read. */
export type WorkAddress = z.infer<typeof addressSchema>;

export function addressFile(dataDir: string): string {
  return path.join(dataDir, 'work-server.json');
}
