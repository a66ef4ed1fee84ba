import { APIError } from 'openai';
import { codeOnly, systemCode } from '../errors.ts';

/** What of a failure of an OpenAI client may be logged: servers echo keys and prompts in what they say, so no text of theirs. */
export interface SafeDetails {
  /** The names and system codes of the error and its causes: `APIConnectionError: TypeError: Error ECONNREFUSED`. */
  reason: string;
  status?: number | undefined;
  code?: string | undefined;
  requestId?: string | undefined;
}

const deepest = 4;

export function safeDetails(error: unknown): SafeDetails {
  const reasons: string[] = [];
  for (let at = error; at !== undefined && reasons.length < deepest; at = at instanceof Error ? at.cause : undefined) {
    reasons.push(at instanceof Error ? described(at) : typeof at);
  }
  const reason = reasons.join(': ');
  if (!(error instanceof APIError)) return { reason };
  return {
    reason,
    status: error.status,
    code: codeOnly(error.code) || undefined,
    requestId: codeOnly(error.requestID) || undefined,
  };
}

/** A service's own code is told apart from that of the system. */
function described(error: Error): string {
  return error instanceof APIError ? error.name : `${error.name} ${systemCode(error)}`.trim();
}
