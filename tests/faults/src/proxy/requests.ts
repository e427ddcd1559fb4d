import type { RequestMatch } from "./faultProxy.ts";

/** MySQL's statement COMMIT, which fills its packet and so stands at its end. */
export const mysqlCommit: RequestMatch = (bytes) => bytes.subarray(-6).toString("latin1") === "COMMIT";

/** A Kafka request begins with its length (4 bytes) and its API key (2 bytes). */
const kafkaRequest =
  (kind: number): RequestMatch =>
  (bytes) =>
    bytes.length > 8 && bytes.readInt32BE(0) >= bytes.length - 4 && bytes.readInt16BE(4) === kind;

export const kafkaProduce = kafkaRequest(0);
export const kafkaOffsetCommit = kafkaRequest(8);
