import { stdSerializers } from 'pino';
import type { Logger } from '../../src/log.ts';

/** A log for discord.js's errors, which carry the whole request: people's words, pictures, and an interaction's token in the address. */
export function discreet(log: Logger): Logger {
  return log.child({}, { serializers: { err: withoutRequest } });
}

function withoutRequest(error: Error): object {
  const { requestBody, url, ...told } = stdSerializers.err(error) as ReturnType<typeof stdSerializers.err> & {
    requestBody?: unknown;
    url?: unknown;
  };
  return told;
}
