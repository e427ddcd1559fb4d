import { createServer, type Server } from "node:net";
import { expect } from "chai";
import { assertKafkaOfRack, kafkaAnswers } from "./kafkaAnswers.ts";

const text = (value: string): Buffer => Buffer.from([0, value.length, ...Buffer.from(value)]);
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const broker = (rack: string): Buffer => Buffer.concat([int32(1), text("127.0.0.1"), int32(9092), text(rack)]);
const answer = (...racks: readonly string[]): Buffer => {
  const body = Buffer.concat([int32(1), int32(racks.length), ...racks.map(broker), text("cluster"), int32(1), int32(0)]);
  return Buffer.concat([int32(body.length), body]);
};

describe("a server on Kafka's port", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** Starts a server that sends the chunks to each client after its first data. Resolves to the server's port. */
  const portThatSays = (...chunks: readonly Buffer[]): Promise<number> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => {
          for (const chunk of chunks) socket.write(chunk);
        });
      });
      server.listen(0, "127.0.0.1", () => {
        const address = server?.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  const outcome = (promise: Promise<void>): Promise<string> =>
    promise.then(
      () => "accepted",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it("is accepted if it reports the expected rack, even in several chunks", async () => {
    const whole = answer("own");
    const port = await portThatSays(whole.subarray(0, 3), whole.subarray(3, 20), whole.subarray(20));
    expect(await outcome(assertKafkaOfRack("127.0.0.1", port, "own"))).to.equal("accepted");
  });

  it("is accepted if the expected rack is among those of its cluster", async () => {
    expect(await outcome(assertKafkaOfRack("127.0.0.1", await portThatSays(answer("other", "own")), "own"))).to.equal("accepted");
  });

  for (const [title, bytes, reason] of [
    ["another broker", answer("other"), /another Kafka answers/],
    ["another cluster of several brokers", answer("other", "third"), /another Kafka answers/],
    ["a broker that is not registered yet", answer(), /not registered yet/],
    ["a web server", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /does not speak Kafka's protocol/],
    ["a broker, but truncated", Buffer.concat([int32(6), int32(1), Buffer.from([0, 0])]), /out of range|outside/],
  ] as const) {
    it(`is refused if the answer is that of ${title}`, async () => {
      expect(await outcome(assertKafkaOfRack("127.0.0.1", await portThatSays(bytes), "own"))).to.match(reason);
    });
  }

  it("is given up after 3 s without an answer", async () => {
    const started = performance.now();
    expect(await outcome(kafkaAnswers("127.0.0.1", await portThatSays()))).to.match(/no answer from/);
    expect(performance.now() - started).to.be.lessThan(10_000);
  });
});
