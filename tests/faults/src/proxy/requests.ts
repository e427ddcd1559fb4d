import type { RequestMatch } from "./faultProxy.ts";

/** MySQL: the statement COMMIT, which is the whole of its packet and so its end. */
export const mysqlCommit: RequestMatch = (bytes) => bytes.subarray(-6).toString("latin1") === "COMMIT";

/** Kafka: a request begins with its length (4 bytes) and its kind (2 bytes). */
const kafkaRequest =
  (kind: number): RequestMatch =>
  (bytes) =>
    bytes.length > 8 && bytes.readInt32BE(0) >= bytes.length - 4 && bytes.readInt16BE(4) === kind;

export const kafkaProduce = kafkaRequest(0);
export const kafkaOffsetCommit = kafkaRequest(8);
