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
