import type { PoolConnection } from "mysql2/promise";

/** For each core connection whose session was pinned: the bytes of the largest packet that its server takes. */
const maxPacketBytes = new WeakMap<object, number>();

export const isPinned = (connection: object): boolean => maxPacketBytes.has(connection);

export const rememberPinned = (connection: object, bytes: number): void => void maxPacketBytes.set(connection, bytes);

/** Bytes of the largest packet that the connection's server takes. Throws for a connection of another pool than `openMysqlPool`'s. */
export const maxPacketBytesOf = ({ connection }: PoolConnection): number => {
  const bytes = maxPacketBytes.get(connection);
  if (bytes === undefined) throw new Error("the connection is not from a pool of openMysqlPool()");
  return bytes;
};
