import { encodeEventMessage } from "@cart/messaging";
import { expect } from "chai";
import type { ArchivedCart } from "./archive.ts";
import { type Carts, compareStoreWithTopic } from "./compareTopic.ts";
import type { StoredEvent } from "./eventStore.ts";
import { createFindings } from "./findings.ts";

const cartId = "11111111-1111-4111-8111-111111111111";
const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const event = (version: number): StoredEvent => ({
  id: version,
  eventId: idOf(version),
  cartId,
  version,
  type: "CartCleared",
  schemaVersion: 1,
  storedData: {},
  data: {},
  requestId: "request",
  commandId: "command",
  occurredAt: new Date(0),
});
const events = [1, 2, 3].map(event);

/** The message of the version's event, or the one that says that the cart was archived behind it. */
const message = (version: number, archiving?: number) => {
  const { key, value, headers } = encodeEventMessage({
    eventId: idOf(archiving ?? version),
    eventType: archiving === undefined ? "CartCleared" : "CartArchived",
    schemaVersion: 1,
    aggregateType: "Cart",
    aggregateId: cartId,
    version,
    occurredAt: new Date(0),
    metadata: { correlation_id: "request", causation_id: "command" },
    data: "{}",
  });
  return { topic: "carts", partition: 0, offset: "0", timestamp: "0", key: Buffer.from(key), value: Buffer.from(value), headers };
};
const published = [1, 2, 3].map((version) => message(version));
const [once, again] = [message(4, 101), message(4, 102)];

const live: Carts = { stored: events, archived: [] };
const archivedBy = (notice: number): Carts => {
  const cart: ArchivedCart = { cartId, isDone: true, objectKey: "key", noticeId: idOf(notice), problem: undefined, events };
  return { stored: [], archived: [cart] };
};

const compare = (carts: Carts, ...messages: readonly ReturnType<typeof message>[]) => {
  const findings = createFindings();
  const { repeated } = compareStoreWithTopic(carts, messages, () => false, findings);
  return [repeated, ...findings.examples().map((text) => text.split(":")[0])];
};

describe("compareStoreWithTopic", () => {
  it("takes each event once and in order, and counts repetitions", () => {
    expect(compare(live, ...published)).to.deep.equal([0]);
    expect(compare(live, ...published, ...published)).to.deep.equal([3]);
  });
  it("notices an event that was not published, or too early", () => {
    expect(compare(live, ...published.slice(0, 2))).to.deep.equal([0, "lost"]);
    expect(compare(live, message(1), message(3), message(2))).to.deep.equal([0, "disordered", "disordered"]);
  });

  it("takes a cart that ends with the message of its archiving", () => {
    expect(compare(archivedBy(101), ...published, once)).to.deep.equal([0]);
    expect(compare(archivedBy(101), ...published, once, once)).to.deep.equal([1]);
  });
  it("notices that subscribers were not told, or by another message", () => {
    expect(compare(archivedBy(101), ...published)).to.deep.equal([0, "lost"]);
    expect(compare(archivedBy(102), ...published, once)).to.deep.equal([0, "lost"]);
  });
  it("notices that subscribers were told twice, or before the last event", () => {
    expect(compare(archivedBy(102), ...published, once, again)).to.deep.equal([0, "twice"]);
    expect(compare(archivedBy(101), ...published.slice(0, 2), once)).to.deep.equal([0, "disordered"]);
  });
  it("notices an event behind the archiving", () =>
    expect(compare(archivedBy(101), ...published, once, message(3))).to.deep.equal([0, "lost", "disordered"]));

  it("takes a restored cart from its first event on, and its next archiving", () => {
    expect(compare(live, ...published, once, ...published)).to.deep.equal([0]);
    expect(compare(archivedBy(102), ...published, once, ...published, again)).to.deep.equal([0]);
  });
  it("notices a restored cart that subscribers do not get whole", () => {
    expect(compare(live, ...published, once)).to.deep.equal([0, "lost", "lost", "lost"]);
    expect(compare(live, ...published, once, ...published.slice(1))).to.deep.equal([0, "lost", "disordered"]);
  });
  it("notices that the archiving is repeated when the cart has come back", () =>
    expect(compare(live, ...published, once, ...published, once)).to.deep.equal([1, "disordered"]));
});
