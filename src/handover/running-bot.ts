import { readFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { BotError, systemCode } from '../errors.ts';
import { addressFile, addressSchema, lineSchema, type Work, type WorkAddress, type WorkOptions } from './work.ts';

interface Handed<Request, Event> extends WorkOptions<Event> {
  dataDir: string;
  work: Work<Request, Event>;
  request: Request;
  /** What is to be done in this process before the bot is asked. */
  beforehand?: (() => Promise<unknown>) | undefined;
  /** Does the work in this process. */
  here(): Promise<void>;
}

/**
 * The embedded database, and a data folder, serve one process: while that is the bot, the bot does the work, and an abort stops it there.
 * Throws BotErrors alike wherever it is done, `cancelled` after an abort, or `internal` when the bot ends meanwhile.
 */
export async function hereOrInBot<Request, Event>(handed: Handed<Request, Event>): Promise<void> {
  try {
    await handed.here();
  } catch (error) {
    if (!(error instanceof BotError && error.code === 'database_locked')) throw error;
    const address = await readAddress(handed.dataDir);
    if (!address) throw starting(error);
    await handOver(address, handed, error);
  }
}

async function readAddress(dataDir: string): Promise<WorkAddress | undefined> {
  try {
    return addressSchema.parse(JSON.parse(await readFile(addressFile(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Throws `locked` where no bot listens: one that was killed leaves its address, and another command has the lock. */
async function handOver<Request, Event>(
  address: WorkAddress,
  handed: Handed<Request, Event>,
  locked: BotError,
): Promise<void> {
  const { work, beforehand, signal, onEvent } = handed;
  try {
    await beforehand?.();
    const input = await ask(address, handed).catch((error: unknown) => {
      throw error instanceof Error && systemCode(error) === 'ECONNREFUSED' ? locked : error;
    });
    console.error(`The bot is running; it does the ${work.name}.`);
    for await (const text of createInterface({ input })) {
      if (text === '') continue;
      const line = lineSchema.parse(JSON.parse(text));
      if (line.kind === 'done') return;
      if (line.kind === 'waiting') {
        console.error(line.message);
        continue;
      }
      if (line.kind === 'failed') throw new BotError('conflict', line.message);
      onEvent(work.event.parse(line.event));
    }
  } catch (error) {
    if (error instanceof BotError) throw error;
    throw signal.aborted ? stopped(error) : ended(error);
  }
  throw signal.aborted ? stopped() : ended();
}

function ask<Request, Event>(
  { port, token }: WorkAddress,
  { work, request, signal }: Handed<Request, Event>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = startRequest({
      host: '127.0.0.1',
      port,
      path: `/${work.name}`,
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    sent.once('error', reject);
    sent.once('response', (response) =>
      response.statusCode === 200 ? resolve(response) : reject(refused(response.statusCode)),
    );
    sent.end(JSON.stringify(request));
  });
}

/** 400: the bot has no such work, or expects another request of it; 403: it was started anew meanwhile. */
function refused(status: number | undefined): BotError {
  return status === 400
    ? new BotError(
        'conflict',
        'The bot that has the database does not know this work: it is of another version. Start it again, and run this again.',
      )
    : ended();
}

/** A bot says where it takes work once it has opened its database and model. */
function starting(locked: BotError): BotError {
  const again = 'If that is a bot which is just starting, run this again in a moment, and the bot does the work.';
  return new BotError(locked.code, `${locked.message} ${again}`, { cause: locked });
}

function stopped(cause?: unknown): BotError {
  return new BotError('cancelled', 'The bot was told to stop this.', { cause });
}

function ended(cause?: unknown): BotError {
  return new BotError(
    'internal',
    'The bot that has the database does not answer, or ended meanwhile. Nothing that it stored is lost: run the same command again to go on.',
    { cause },
  );
}
