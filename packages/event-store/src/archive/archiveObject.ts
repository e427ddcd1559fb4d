import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { type Static, Type } from "typebox";
import { Check } from "typebox/value";

/*
 * STORED SHAPE of an object of the archive: gzip of lines of JSON. The first line is the manifest, and each further line is an event
 * as the event store has it. `event_data` and `metadata` are texts, because a number would lose digits in a program that reads it as
 * JSON. A sealed event stays sealed, so an erasure counts for archived events too. A change of the shape needs another `format`.
 */

/** The part of a storage of objects that an archive needs; see `ObjectStorage`. */
export type ArchiveStorage = {
  readonly put: (key: string, content: Uint8Array) => Promise<boolean>;
  readonly get: (key: string) => Promise<Buffer | undefined>;
};

/** The object is missing, or is not what the event store wrote. Nothing was removed and nothing was restored. */
export class ArchiveDamagedError extends Error {
  override readonly name = "ArchiveDamagedError";

  constructor(key: string, reason: string, options?: ErrorOptions) {
    super(`the object ${key} of the archive ${reason}`, options);
  }
}

const storedEvent = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  event_id: Type.String({ pattern: "^[0-9a-f]{32}$" }),
  event_type: Type.String(),
  schema_version: Type.Integer(),
  created_at: Type.String(),
  event_data: Type.String(),
  metadata: Type.String(),
});

/** An event as it is stored, with its columns as text. */
export type StoredEvent = Static<typeof storedEvent>;

const manifest = Type.Object({
  format: Type.Literal(1),
  aggregate_type: Type.String(),
  aggregate_id: Type.String(),
  tenant_id: Type.String(),
  first_version: Type.Literal(1),
  last_version: Type.Integer({ minimum: 1 }),
  events: Type.Integer({ minimum: 1 }),
  first_at: Type.String(),
  last_at: Type.String(),
  /** Of the lines of the events, each with its line feed. */
  sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
});

export type ArchivedHistory = {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly tenantId: string;
  /** In the order of their versions, from 1 on without gaps. */
  readonly events: readonly StoredEvent[];
};

/** Upper limit of the lines of an object in bytes, which bounds the memory for one stream. */
const maxTextBytes = 268_435_456;

const lineOf = (event: StoredEvent): string => `${JSON.stringify(event)}\n`;

/** Returns the SHA-256 of the events, by which the same stream is recognised wherever it is. */
export const digestOfEvents = (events: readonly StoredEvent[]): Buffer => {
  const hash = createHash("sha256");
  for (const event of events) hash.update(lineOf(event));
  return hash.digest();
};

export const encodeArchive = async ({ aggregateType, aggregateId, tenantId, events }: ArchivedHistory): Promise<Buffer> => {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new Error("expected a stream with events");
  const head: Static<typeof manifest> = {
    format: 1,
    aggregate_type: aggregateType,
    aggregate_id: aggregateId,
    tenant_id: tenantId,
    first_version: 1,
    last_version: last.version,
    events: events.length,
    first_at: first.created_at,
    last_at: last.created_at,
    sha256: digestOfEvents(events).toString("hex"),
  };
  return promisify(gzip)(Buffer.from(`${JSON.stringify(head)}\n${events.map(lineOf).join("")}`));
};

/** Returns the history in an object. Throws `ArchiveDamagedError` unless it is whole and as its manifest says. */
export const decodeArchive = async (key: string, object: Buffer | undefined): Promise<ArchivedHistory & { readonly sha256: Buffer }> => {
  if (object === undefined) throw new ArchiveDamagedError(key, "is missing");
  const text = await promisify(gunzip)(object, { maxOutputLength: maxTextBytes }).catch((error: unknown) => {
    throw new ArchiveDamagedError(key, "cannot be decompressed", { cause: error });
  });
  const [head, ...events] = linesOf(key, text);
  if (!Check(manifest, head)) throw new ArchiveDamagedError(key, "has no manifest of format 1");
  const stored = events.map((event) => {
    if (!Check(storedEvent, event)) throw new ArchiveDamagedError(key, "has a line that is no event");
    return event;
  });
  const sha256 = createHash("sha256")
    .update(text.subarray(text.indexOf("\n") + 1))
    .digest();
  if (sha256.toString("hex") !== head.sha256) throw new ArchiveDamagedError(key, "has other events than its manifest says");
  if (stored.length !== head.events || stored.some(({ version }, index) => version !== index + 1))
    throw new ArchiveDamagedError(key, "does not have every event of its stream");
  return { aggregateType: head.aggregate_type, aggregateId: head.aggregate_id, tenantId: head.tenant_id, events: stored, sha256 };
};

const linesOf = (key: string, text: Buffer): readonly unknown[] => {
  try {
    return text
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));
  } catch (error) {
    throw new ArchiveDamagedError(key, "has a line that is not JSON", { cause: error });
  }
};

/**
 * Returns the key of a stream's object. It has the version, so a stream that comes back and grows gets another object, and the digest
 * of the events too if it is given. A tenant has a folder of its own, so that its objects can be found and deleted.
 */
export const archiveKey = (
  stream: { readonly aggregateType: string; readonly aggregateId: string; readonly tenantId: string; readonly version: number },
  sha256?: Buffer,
): string => {
  const tenant = encodeURIComponent(stream.tenantId).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const folder = tenant.length <= maxFolderLength ? `t-${tenant}` : `h-${createHash("sha256").update(stream.tenantId).digest("hex")}`;
  const name = sha256 === undefined ? String(stream.version) : `${stream.version}-${sha256.toString("hex")}`;
  return `${stream.aggregateType.toLowerCase()}/${folder}/${stream.aggregateId}/${name}.ndjson.gz`;
};

/** The name of a folder has 255 bytes in most file systems. */
const maxFolderLength = 200;
