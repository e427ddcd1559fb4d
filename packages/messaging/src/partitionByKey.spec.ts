import { expect } from "chai";
import { Partitioners } from "kafkajs";
import { partitionByKey } from "./partitionByKey.ts";

const metadata = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

describe("partitionByKey", () => {
  const partition = partitionByKey();
  const of = (key: string | Buffer, partitions: number): number =>
    partition({ topic: "t", partitionMetadata: metadata(partitions), message: { key, value: "x" } });

  // UtilsTest.testMurmur2 of Apache Kafka.
  const hashes = {
    "21": -973_932_308,
    foobar: -790_332_482,
    "a-little-bit-long-string": -985_981_536,
    "a-little-bit-longer-string": -1_486_304_829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58_897_971,
    abc: 479_470_107,
  };
  for (const [key, hash] of Object.entries(hashes)) {
    it(`puts "${key}" where the Java client puts it`, () => {
      expect(of(key, 8_191)).to.equal((hash & 0x7f_ff_ff_ff) % 8_191);
      expect(of(Buffer.from(key), 12)).to.equal((hash & 0x7f_ff_ff_ff) % 12);
    });
  }

  it("agrees with kafkajs on keys of every length, in any script", () => {
    const reference = Partitioners.DefaultPartitioner();
    for (let length = 0; length < 40; length += 1) {
      const message = { key: "550e8400-ä€𝄞-41d4-a716-446655440000".slice(0, length), value: "x" };
      expect(of(message.key, 1_009)).to.equal(reference({ topic: "t", partitionMetadata: metadata(1_009), message }));
    }
  });

  it("refuses a message without a key", () => {
    expect(() => partition({ topic: "t", partitionMetadata: metadata(1), message: { value: "x" } })).to.throw(
      "expected a message with a key",
    );
  });
});
