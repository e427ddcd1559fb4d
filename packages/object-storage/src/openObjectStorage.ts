import { fileURLToPath } from "node:url";
import { openFolderStorage } from "./folderStorage.ts";
import type { ObjectStorage } from "./objectStorage.ts";
import { openS3Storage, type S3Options } from "./s3Storage.ts";

const expected = "expected file:///folder, or s3://bucket/prefix?region=eu-central-1&endpoint=http://host:9000";

/**
 * Opens the storage of a URL: `file:///folder`, or `s3://bucket/prefix` with the query parameters `region` and, for a server other
 * than Amazon's, `endpoint`. Throws for any other URL.
 */
export const openObjectStorage = (text: string): ObjectStorage => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "file:" && text.startsWith("file:///")) return openFolderStorage(fileURLToPath(url));
  if (url?.protocol === "s3:" && url.hostname !== "") return openS3Storage(optionsOf(url));
  throw new Error(`the URL of an object storage is not valid: ${expected}`);
};

const optionsOf = ({ hostname: bucket, pathname, searchParams }: URL): S3Options => {
  const unknown = [...searchParams.keys()].filter((name) => name !== "region" && name !== "endpoint");
  if (unknown.length > 0) throw new Error(`the URL of an object storage has the unknown parameter ${unknown[0]}: ${expected}`);
  const folder = decodeURIComponent(pathname).replaceAll(/^\/+|\/+$/g, "");
  const endpoint = searchParams.get("endpoint") ?? undefined;
  return {
    bucket,
    prefix: folder === "" ? "" : `${folder}/`,
    // Servers other than Amazon's take any region.
    region: searchParams.get("region") ?? "us-east-1",
    endpoint,
    usesPaths: endpoint !== undefined,
  };
};
