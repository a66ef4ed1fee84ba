import type { ServerResponse } from 'node:http';

/** Names and codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const names: Readonly<Record<number, string>> = {
  36: 'BAD_ARGUMENTS',
  46: 'UNKNOWN_FUNCTION',
  48: 'NOT_IMPLEMENTED',
  62: 'SYNTAX_ERROR',
  80: 'INCORRECT_QUERY',
  81: 'UNKNOWN_DATABASE',
  89: 'UNKNOWN_COMPRESSION_METHOD',
  115: 'UNKNOWN_SETTING',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  394: 'QUERY_WAS_CANCELLED',
  457: 'BAD_QUERY_PARAMETER',
  516: 'AUTHENTICATION_FAILED',
  742: 'ILLEGAL_TEXT_SEARCH',
};

/** Statuses, 500 for the rest: https://github.com/ClickHouse/ClickHouse/blob/master/src/Server/HTTP/exceptionCodeToHTTPStatus.cpp */
const statuses: Readonly<Record<number, number>> = {
  36: 400,
  43: 400,
  47: 404,
  60: 404,
  62: 400,
  81: 404,
  115: 400,
  202: 503,
  457: 400,
  516: 403,
};

export function serverError(code: number, message: string): Error {
  return new Error(`Code: ${code}. DB::Exception: ${message} (${names[code] ?? 'UNKNOWN'})`);
}

/** Answers with an exception, as long as nothing of an answer is sent. */
export function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? 1002);
  response.writeHead(statuses[code] ?? 500, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(code),
  });
  response.end(/\(version [\d.]+\)/.test(message) ? `${message}\n` : `${message} (version 25.8.1.1)\n`);
}
