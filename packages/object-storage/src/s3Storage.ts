import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { type ObjectStorage, requireFitting, requireKey } from "./objectStorage.ts";

export type S3Options = {
  readonly bucket: string;
  /** Put before each key; empty, or ends with a slash. */
  readonly prefix: string;
  readonly region: string;
  /** The URL of a server with S3's API. By default Amazon's of the region. */
  readonly endpoint?: string | undefined;
  /** Whether the bucket is named in the path instead of the host, which most servers other than Amazon's need. */
  readonly usesPaths: boolean;
};

/** Milliseconds. A storage that does not answer must not hold up a job for ever. */
const connectionTimeoutMs = 5_000;
const requestTimeoutMs = 60_000;

/**
 * Keeps objects in a bucket. The client takes its credentials as every client of AWS does: from the environment, a file, or the
 * machine. `put` asks S3 to store nothing if the key has an object, and S3 verifies the object's SHA-256.
 */
export const openS3Storage = ({ bucket, prefix, region, endpoint, usesPaths }: S3Options): ObjectStorage => {
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: usesPaths,
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs },
  });
  const placeOf = (key: string): { readonly Bucket: string; readonly Key: string } => {
    requireKey(key);
    return { Bucket: bucket, Key: `${prefix}${key}` };
  };
  return {
    put: async (key, content) => {
      requireFitting(key, content.length);
      const checksum = createHash("sha256").update(content).digest("base64");
      const command = new PutObjectCommand({
        ...placeOf(key),
        Body: content,
        ContentLength: content.length,
        ContentType: "application/octet-stream",
        ChecksumAlgorithm: "SHA256",
        ChecksumSHA256: checksum,
        IfNoneMatch: "*",
      });
      const stored = await unlessRefused(client.send(command), 412);
      return stored !== undefined;
    },
    get: async (key) => {
      const found = await unlessRefused(client.send(new GetObjectCommand({ ...placeOf(key), ChecksumMode: "ENABLED" })), 404);
      if (found?.Body === undefined) return undefined;
      requireFitting(key, found.ContentLength ?? 0);
      return Buffer.from(await found.Body.transformToByteArray());
    },
    head: async (key) => {
      const found = await unlessRefused(client.send(new HeadObjectCommand(placeOf(key))), 404);
      return found === undefined ? undefined : { bytes: found.ContentLength ?? 0 };
    },
    delete: async (key) => {
      await client.send(new DeleteObjectCommand(placeOf(key)));
    },
    close: () => client.destroy(),
  };
};

/** Resolves to `undefined` if the server refuses the request with this status. A missing bucket is an error, but to `head`, which gets no reason. */
const unlessRefused = async <T>(request: Promise<T>, status: number): Promise<T | undefined> => {
  try {
    return await request;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === status && error.name !== "NoSuchBucket") return undefined;
    throw error;
  }
};
