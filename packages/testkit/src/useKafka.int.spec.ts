import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import { useKafka } from "./useKafka.ts";

describe("useKafka", () => {
  const kafka = useKafka();
  const other = useKafka();

  it("provides brokers that listen", async () => {
    const [broker] = kafka.brokers();
    const { hostname, port } = new URL(`kafka://${broker}`);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.destroy();
  });

  it("provides names that are stable within a suite and differ between suites", () => {
    expect(kafka.topicName("ec.cart-events")).to.match(/^ec\.cart-events\.[0-9a-f]{10}$/);
    expect(kafka.topicName("ec.cart-events")).to.equal(kafka.topicName("ec.cart-events"));
    expect(kafka.groupName("projector")).not.to.equal(other.groupName("projector"));
  });
});
