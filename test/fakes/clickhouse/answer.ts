import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { EngineResult } from './engine.ts';
import type { Request } from './request.ts';

/** Headers: https://clickhouse.com/docs/interfaces/http#response-headers */
export function sendAnswer(response: ServerResponse, request: Request, result: EngineResult): void {
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summaryOf(result)));
  response.setHeader('X-ClickHouse-Query-Id', request.queryId);
  response.setHeader('X-ClickHouse-Format', request.format);
  if (!request.packedAnswer) return void response.end(result.bytes);
  response.setHeader('Content-Encoding', 'gzip');
  response.end(gzipSync(result.bytes));
}

/** Numbers as texts, as the server has them. */
function summaryOf({ rowsRead, bytesRead, bytes, elapsed, isInsert }: EngineResult): Record<string, string> {
  const written = isInsert ? { rows: rowsRead, bytes: bytesRead } : { rows: 0, bytes: 0 };
  return {
    read_rows: String(rowsRead),
    read_bytes: String(bytesRead),
    written_rows: String(written.rows),
    written_bytes: String(written.bytes),
    result_bytes: String(bytes.length),
    elapsed_ns: String(Math.round(elapsed * 1e9)),
  };
}

/**
 * Status 200, a part of the rows, the exception, and a proper end:
 * https://clickhouse.com/docs/interfaces/http#http_response_codes_caveats (the form of 25.11 and later)
 */
export function brokenOff(result: EngineResult): EngineResult {
  const exception =
    '\r\n__exception__\r\ndmrdfnujjqvszhav\r\nCode: 241. DB::Exception: Query memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)\r\n84 dmrdfnujjqvszhav\r\n__exception__\r\n';
  const part = result.bytes.subarray(0, Math.floor(result.bytes.length / 2));
  return { ...result, bytes: Buffer.concat([part, Buffer.from(exception)]) };
}
