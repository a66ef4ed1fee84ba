import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

const secretPaths = [
  'token',
  'apiKey',
  'authorization',
  'password',
  'headers.authorization',
  'config.*.token',
  'config.*.apiKey',
];

/** JSON lines, or coloured text on a terminal. `secrets` are cut out of every line, wherever they appear. */
export function createLog(level: string, secrets: readonly string[] = []): Logger {
  const options = { level, base: null, redact: { paths: secretPaths, censor: '[secret]' } };
  const sink = process.stdout.isTTY
    ? pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', sync: true })
    : process.stdout;
  return pino(options, withoutSecrets(sink, secrets));
}

function withoutSecrets(sink: { write(line: string): unknown }, secrets: readonly string[]) {
  const present = secrets.filter((secret) => secret.length >= 6);
  if (present.length === 0) return sink as { write(line: string): void };
  return {
    write(line: string) {
      sink.write(present.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line));
    },
  };
}
