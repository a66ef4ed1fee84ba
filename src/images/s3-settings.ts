import { z } from 'zod';

/** Where pictures are kept when a bucket is set; what each setting means is in .env.example. */
export const s3Settings = {
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket: 3 to 63 small letters, digits, - and .')
    .optional(),
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be a web address such as http://localhost:9000' }).optional(),
  S3_REGION: z.string().optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_PREFIX: z
    .string()
    .regex(/^[\w!.*'()-][\w!.*'()/-]*$/, 'must be made of letters, digits and -_.!/, and not begin with /')
    .optional(),
};

type S3Values = z.infer<z.ZodObject<typeof s3Settings>>;

export interface S3Config {
  bucket: string;
  /** An S3-compatible server; undefined: Amazon's. */
  endpoint: string | undefined;
  region: string | undefined;
  /** Undefined: the SDK's own chain (environment, profile, container or instance role). */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Before every object's name; ends with / unless empty. */
  prefix: string;
}

export function s3ConfigOf(values: S3Values): S3Config | undefined {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  if (!bucket) return undefined;
  return {
    bucket,
    endpoint: values.S3_ENDPOINT,
    region: values.S3_REGION,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    prefix: values.S3_PREFIX ? `${values.S3_PREFIX.replace(/\/+$/, '')}/` : '',
  };
}
