/** By which time of its carts a list is ordered, newest first. */
export type ListOrder = "created_at" | "last_activity";

/** Where a page ended: the key of its last cart. */
export type ListPosition = {
  /** The time by which the list is ordered, as MySQL has it, to the microsecond: `2025-11-20 16:30:00.000000`. */
  readonly time: string;
  readonly id: Buffer;
};

/** The first byte of a cursor: a cursor of one order is none of another. */
const formats: Readonly<Record<ListOrder, number>> = { created_at: 1, last_activity: 2 };
const length = 1 + 8 + 16;
/** The last microsecond that a DATETIME can hold. */
const lastMicroseconds = BigInt(Date.UTC(9999, 11, 31, 23, 59, 59, 999)) * 1_000n + 999n;

/** Opaque to clients: a byte for the format, microseconds since 1970, the id; in base64url. */
export const encodeCursor = (order: ListOrder, { time, id }: ListPosition): string => {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt8(formats[order]);
  const [seconds = "", fraction = ""] = time.split(".");
  const milliseconds = Date.parse(`${seconds.replace(" ", "T")}Z`);
  bytes.writeBigUInt64BE(BigInt(milliseconds) * 1_000n + BigInt(fraction.padEnd(6, "0")), 1);
  id.copy(bytes, 9);
  return bytes.toString("base64url");
};

/** `undefined` for a text that `encodeCursor` cannot have made for a list with this order. */
export const decodeCursor = (order: ListOrder, cursor: string): ListPosition | undefined => {
  const bytes = Buffer.from(cursor, "base64url");
  // The decoder skips what is not base64url.
  if (bytes.length !== length || bytes.toString("base64url") !== cursor || bytes.readUInt8() !== formats[order]) return undefined;
  const microseconds = bytes.readBigUInt64BE(1);
  if (microseconds > lastMicroseconds) return undefined;
  const seconds = new Date(Number(microseconds / 1_000_000n) * 1_000).toISOString().slice(0, 19).replace("T", " ");
  return { time: `${seconds}.${String(microseconds % 1_000_000n).padStart(6, "0")}`, id: bytes.subarray(9) };
};
