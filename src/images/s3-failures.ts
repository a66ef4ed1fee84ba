import { BotError } from '../errors.ts';
import type { S3Config } from './s3-settings.ts';

const refusals = new Set([
  'AccessDenied',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
]);
const wrongRegions = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
]);

/** What failed at the bucket, with its remedy. Names are S3's error codes (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export function translateS3(cause: unknown, config: S3Config, timedOut: boolean): BotError {
  const problem = (text: string) => new BotError('images_unavailable', text, { cause });
  const { bucket, endpoint = 'Amazon S3' } = config;
  const name = cause instanceof Error ? cause.name : '';
  if (timedOut) return problem(`The picture store at ${endpoint} took too long. Try again in a moment.`);
  if (name === 'NoSuchBucket')
    return problem(`The bucket ${bucket} does not exist at ${endpoint}. Create it, or set S3_BUCKET to one that does.`);
  if (refusals.has(name))
    return problem(
      `The picture store at ${endpoint} refused access to the bucket ${bucket}. Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY; the key needs s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket.`,
    );
  if (wrongRegions.has(name) || isWithoutRegion(cause))
    return problem(`The bucket ${bucket} is in another region than asked. Set S3_REGION to the bucket's own.`);
  if (isUnreachable(cause))
    return problem(`The picture store at ${endpoint} can't be reached. Check that it runs, and S3_ENDPOINT.`);
  return problem(`The picture store at ${endpoint} failed. Try again; the log has the details.`);
}

function isWithoutRegion(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'Region is missing';
}

/** No answer came: every answer has a status. */
function isUnreachable(cause: unknown): boolean {
  const metadata = cause instanceof Error && '$metadata' in cause ? cause.$metadata : undefined;
  return !(typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata);
}
