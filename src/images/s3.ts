import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { BotError, type ErrorCode, isAbort } from '../errors.ts';
import { type ImageFiles, imageKeyOf, imagePath, thumbnailPath, thumbnailSides } from './image-files.ts';
import { mediaTypeOf } from './media-type.ts';
import { explainS3 } from './s3-failures.ts';
import type { S3Config } from './s3-settings.ts';

/** For one request with its retries. */
const timeoutMs = 30_000;
const connectMs = 5_000;
const checkMs = 10_000;

interface S3Options {
  /** Milliseconds for one request with its retries. */
  timeoutMs?: number;
}

interface AskOptions {
  signal?: AbortSignal | undefined;
  withinMs?: number;
  /** Of what stays until somebody mends it. */
  lastingCode?: ErrorCode;
}

export interface S3ImageFiles extends ImageFiles {
  /**
   * Asks the bucket for the name of one object, which needs no more rights than the rest. Throws BotError `invalid_settings`
   * for what stays until somebody mends it (keys, rights, the bucket's name), `images_unavailable` for what may pass.
   */
  check(): Promise<void>;
}

/**
 * Image files in an S3 bucket, each under the prefix and its `imagePath`: the same names as on disk.
 * Throws BotError `images_unavailable` with the remedy (unreachable, wrong credentials, no such bucket); an abort as it is.
 */
export function createS3ImageFiles(config: S3Config, options: S3Options = {}): S3ImageFiles {
  const { bucket, prefix } = config;
  const client = new S3Client(clientConfig(config));
  const limitMs = options.timeoutMs ?? timeoutMs;

  async function ask<Result>(
    request: (abort: { abortSignal: AbortSignal }) => Promise<Result>,
    { signal, withinMs = limitMs, lastingCode = 'images_unavailable' }: AskOptions = {},
  ): Promise<Result> {
    const timeout = AbortSignal.timeout(withinMs);
    const abortSignal = signal ? AbortSignal.any([timeout, signal]) : timeout;
    try {
      return await request({ abortSignal });
    } catch (cause) {
      if (isAbort(cause) && !timeout.aborted) throw cause;
      const { message, isLasting } = explainS3(cause, config, timeout.aborted);
      throw new BotError(isLasting ? lastingCode : 'images_unavailable', message, { cause });
    }
  }

  function store(name: string, bytes: Uint8Array, signal?: AbortSignal) {
    const object = { Bucket: bucket, Key: prefix + name, Body: bytes, ContentType: mediaTypeOf(bytes) };
    return ask((abort) => client.send(new PutObjectCommand(object), abort), { signal });
  }

  function read(name: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return ask(
      async (abort) => {
        try {
          const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }), abort);
          return await found.Body?.transformToByteArray();
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      },
      { signal },
    );
  }

  function erase(name: string) {
    return ask((abort) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + name }), abort));
  }

  return {
    async put(bytes, { signal } = {}) {
      const key = imageKeyOf(bytes);
      await store(imagePath(key), bytes, signal);
      return key;
    },
    get: async (key, { signal } = {}) => read(imagePath(key), signal),
    async remove(key) {
      // The original goes last: while it is there, removing it again finishes what a crash cut off.
      await Promise.all(thumbnailSides.map((side) => erase(thumbnailPath(key, side))));
      await erase(imagePath(key));
    },
    async putThumbnail(key, side, bytes) {
      await store(thumbnailPath(key, side), bytes);
    },
    getThumbnail: async (key, side) => read(thumbnailPath(key, side)),
    async check() {
      const question = { Bucket: bucket, Prefix: prefix, MaxKeys: 1 };
      // Not HeadBucket: its refusals have no body that tells why.
      await ask((abort) => client.send(new ListObjectsV2Command(question), abort), {
        withinMs: Math.min(limitMs, checkMs),
        lastingCode: 'invalid_settings',
      });
    },
  };
}

function clientConfig({ endpoint, region, credentials }: S3Config): S3ClientConfig {
  return {
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: 'us-east-1' }),
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    // Many compatible servers don't know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectMs },
  };
}
