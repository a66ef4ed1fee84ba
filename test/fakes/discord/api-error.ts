/** An answer of Discord's REST API that is an error. Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: unknown;

  constructor(status: number, code: number, message: string, errors?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const unknownChannel = () => new ApiError(404, 10003, 'Unknown Channel');
export const unknownMessage = () => new ApiError(404, 10008, 'Unknown Message');
export const unknownWebhook = () => new ApiError(404, 10015, 'Unknown Webhook');
export const unknownInteraction = () => new ApiError(404, 10062, 'Unknown interaction');
export const alreadyAcknowledged = () => new ApiError(400, 40060, 'Interaction has already been acknowledged.');
export const tooLarge = () => new ApiError(413, 40005, 'Request entity too large');
export const missingAccess = () => new ApiError(403, 50001, 'Missing Access');
export const notTheAuthor = () => new ApiError(403, 50005, 'Cannot edit a message authored by another user');
export const emptyMessage = () => new ApiError(400, 50006, 'Cannot send an empty message');
export const cannotMessage = () => new ApiError(403, 50007, 'Cannot send messages to this user');
export const missingPermissions = () => new ApiError(403, 50013, 'Missing Permissions');
export const wrongChannelType = () => new ApiError(400, 50024, 'Cannot execute action on this channel type');
export const invalidWebhookToken = () => new ApiError(401, 50027, 'Invalid Webhook Token');
export const threadArchived = () => new ApiError(400, 50083, 'Thread is archived');
export const cannotReply = () => new ApiError(400, 160002, 'Cannot reply without permission to read message history');
export const threadExists = () => new ApiError(400, 160004, 'A thread has already been created for this message');
export const unauthorized = () => new ApiError(401, 0, '401: Unauthorized');

/** https://discord.com/developers/docs/reference#error-messages */
export function invalidForm(path: string, code: string, message: string): ApiError {
  const errors = path
    .split('.')
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), { _errors: [{ code, message }] });
  return new ApiError(400, 50035, 'Invalid Form Body', errors);
}
