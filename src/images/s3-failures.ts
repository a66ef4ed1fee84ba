import type { S3Config } from './s3-settings.ts';

const refusals = new Set([
  'AccessDenied',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
]);
const wrongRegions = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
]);

interface S3Failure {
  /** Safe to show, with the remedy. */
  message: string;
  /** It stays until somebody changes a setting, a right or the bucket. */
  isLasting: boolean;
}

/** What failed at the bucket. Names are S3's error codes (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export function explainS3(cause: unknown, { bucket, endpoint = 'Amazon S3' }: S3Config, timedOut: boolean): S3Failure {
  const lasting = (message: string) => ({ message, isLasting: true });
  const passing = (message: string) => ({ message, isLasting: false });
  const name = cause instanceof Error ? cause.name : '';
  const status = statusOf(cause);
  if (timedOut) return passing(`The picture store at ${endpoint} took too long. Try again in a moment.`);
  if (name === 'CredentialsProviderError')
    return lasting(
      `No access key for the bucket ${bucket} was found. Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or give this machine credentials for AWS (profile, container or instance role).`,
    );
  if (refusals.has(name) || status === 403)
    return lasting(
      `The picture store at ${endpoint} refused access to the bucket ${bucket}. Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY; the key needs s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket.`,
    );
  if (name === 'NoSuchBucket' || status === 404)
    return lasting(`The bucket ${bucket} does not exist at ${endpoint}. Create it, or set S3_BUCKET to one that does.`);
  if (wrongRegions.has(name) || isWithoutRegion(cause))
    return lasting(`The bucket ${bucket} is in another region than asked. Set S3_REGION to the bucket's own.`);
  // No answer came: every answer has a status.
  if (status === undefined)
    return passing(`The picture store at ${endpoint} can't be reached. Check that it runs, and S3_ENDPOINT.`);
  return passing(`The picture store at ${endpoint} failed. Try again; the log has the details.`);
}

function isWithoutRegion(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'Region is missing';
}

function statusOf(cause: unknown): unknown {
  const metadata = cause instanceof Error && '$metadata' in cause ? cause.$metadata : undefined;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
    ? metadata.httpStatusCode
    : undefined;
}
