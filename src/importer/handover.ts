import { readFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { BotError } from '../errors.ts';
import { addressFile, type ImportAddress } from './import-server.ts';
import { type ImportEvent, type ImportRequest, importEventSchema } from './job.ts';

export interface RunningBot {
  /** Hands an import over; an abort stops it there. Throws BotErrors as if it ran here, or `internal` when the bot ends meanwhile. */
  runImport(request: ImportRequest, options: { signal: AbortSignal; onEvent(event: ImportEvent): void }): Promise<void>;
}

const addressSchema = z.object({ port: z.number(), token: z.string() });

/** The bot that has the database of a data folder, if one runs and takes imports. */
export async function findRunningBot(dataDir: string): Promise<RunningBot | undefined> {
  const address = await readAddress(dataDir);
  return address && { runImport: (request, options) => handOver(address, request, options) };
}

async function readAddress(dataDir: string): Promise<ImportAddress | undefined> {
  try {
    return addressSchema.parse(JSON.parse(await readFile(addressFile(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

async function handOver(
  address: ImportAddress,
  request: ImportRequest,
  { signal, onEvent }: Parameters<RunningBot['runImport']>[1],
): Promise<void> {
  const response = await ask(address, request, signal);
  let finished = false;
  try {
    for await (const line of createInterface({ input: response })) {
      if (line === '') continue;
      const event = importEventSchema.parse(JSON.parse(line));
      if (event.kind === 'failed') throw new BotError('conflict', event.message);
      finished ||= event.kind === 'done';
      onEvent(event);
    }
  } catch (error) {
    if (error instanceof BotError) throw error;
    if (!signal.aborted) throw ended(error);
  }
  if (finished) return;
  if (!signal.aborted) throw ended();
  console.error('Stopped. Run the same command again to go on.');
  onEvent({ kind: 'done', stopped: true });
}

function ask({ port, token }: ImportAddress, request: ImportRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = startRequest({
      host: '127.0.0.1',
      port,
      path: '/import',
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    sent.once('error', (error) => reject(ended(error)));
    sent.once('response', (response) => (response.statusCode === 200 ? resolve(response) : reject(ended())));
    sent.end(JSON.stringify(request));
  });
}

function ended(cause?: unknown): BotError {
  return new BotError(
    'internal',
    'The bot that has the database does not answer, or ended during the import. Nothing that it stored is lost: run the same command again to go on.',
    { cause },
  );
}
