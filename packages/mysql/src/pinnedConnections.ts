import type { PoolConnection } from "mysql2/promise";

/** The size of the largest packet that the server accepts, in bytes, by core connection whose session was pinned. */
const maxPacketBytes = new WeakMap<object, number>();

export const isPinned = (connection: object): boolean => maxPacketBytes.has(connection);

export const rememberPinned = (connection: object, bytes: number): void => void maxPacketBytes.set(connection, bytes);

/** Returns the size of the largest packet that the connection's server accepts, in bytes. Throws unless the connection is from `openMysqlPool`. */
export const maxPacketBytesOf = ({ connection }: PoolConnection): number => {
  const bytes = maxPacketBytes.get(connection);
  if (bytes === undefined) throw new Error("the connection is not from a pool of openMysqlPool()");
  return bytes;
};
