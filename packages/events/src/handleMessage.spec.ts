import { EventError } from "#domain";
import { expect } from "chai";
import { MessageError } from "./decodeMessage.ts";
import { type EventType, type PublishedEvent, ValueTooLargeError } from "./eventDecoder.ts";
import { createMessageHandler, type HandlerOptions } from "./handleMessage.ts";
import { deliveredMessage, eventId } from "./testing/cartMessages.ts";

/** A handler that collects its events. */
const collecting = (options: Partial<HandlerOptions<EventType>> = {}) => {
  const events: PublishedEvent[] = [];
  const handle = createMessageHandler({ onEvent: (event) => void events.push(event), ...options });
  return { handle, ids: () => events.map((event) => event.eventId) };
};

const errorOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const newType = deliveredMessage(1, { type: "CartPainted" });
const newVersion = deliveredMessage(1, { schemaVersion: 99 });
const garbage = { key: null, value: Buffer.from([0xff, 0xfe]), headers: {} };

describe("the message handler", () => {
  it("hands an event over once, however often it is delivered", async () => {
    const { handle, ids } = collecting();
    expect(await handle(deliveredMessage(1), 1)).to.deep.equal({ handled: true });
    expect(await handle(deliveredMessage(1), 1)).to.deep.equal({ handled: false, reason: "duplicate" });
    expect(ids()).to.deep.equal([eventId(1)]);
  });

  it("hands over an event that arrives after a later one of its cart", async () => {
    const { handle, ids } = collecting();
    for (const n of [3, 2, 3]) await handle(deliveredMessage(n, { version: n, cart: 1 }), 1);
    expect(ids()).to.deep.equal([eventId(3), eventId(2)]);
  });

  it("hands an event over again after the handler has thrown", async () => {
    let calls = 0;
    const { handle } = collecting({
      onEvent: (_, { attempt }) => {
        calls += 1;
        if (attempt === 1) throw new Error("the mail server is down");
      },
    });
    expect(await errorOf(handle(deliveredMessage(1), 1))).to.have.property("message", "the mail server is down");
    expect(await handle(deliveredMessage(1), 2)).to.deep.equal({ handled: true });
    expect(calls).to.equal(2);
  });

  it("gives up an attempt that takes too long, and tells the handler", async () => {
    let aborted = false;
    const { handle } = collecting({
      handlerTimeoutMs: 5,
      onEvent: (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => (aborted = true))),
    });
    expect(await errorOf(handle(deliveredMessage(1), 1))).to.have.property("message", "the event was not handled within 5 ms");
    expect(aborted).to.equal(true);
  });

  it("remembers an event only after it was handled, in the memory that it is given", async () => {
    const calls: string[] = [];
    const { handle } = collecting({
      onEvent: () => void calls.push("handle"),
      seen: { has: async () => calls.push("has") < 0, add: async () => void calls.push("add") },
    });
    await handle(deliveredMessage(1), 1);
    expect(calls).to.deep.equal(["has", "handle", "add"]);
  });

  it("does not read messages of types that were not asked for", async () => {
    const { handle, ids } = collecting({ types: ["CartAbandoned"], invalid: "throw", unknownType: "throw" });
    const unread = { ...deliveredMessage(2, { type: "CartCleared" }), value: Buffer.from("{") };
    expect(await handle(unread, 1)).to.deep.equal({ handled: false, reason: "other-type" });
    expect(await handle(newType, 1)).to.deep.equal({ handled: false, reason: "other-type" });
    await handle(deliveredMessage(1), 1);
    expect(ids()).to.deep.equal([eventId(1)]);
  });

  it("skips an unknown type and a message that is no event, and waits for a newer schema version", async () => {
    const { handle, ids } = collecting();
    const reasonOf = async (message: typeof newType): Promise<unknown> => {
      const outcome = await handle(message, 1);
      return outcome.handled ? "handled" : outcome.reason;
    };
    expect(await reasonOf(newType)).to.equal("unknown-type");
    expect(await reasonOf(garbage)).to.equal("invalid");
    expect(await reasonOf({ ...deliveredMessage(1), value: Buffer.alloc(3 * 1_048_576) })).to.equal("invalid");
    expect(await reasonOf(deliveredMessage(1, { data: {} }))).to.equal("invalid");
    expect(await errorOf(handle(newVersion, 1))).to.be.instanceOf(EventError);
    expect(ids()).to.deep.equal([]);
  });

  it("follows the policies that it is given", async () => {
    const { handle } = collecting({ unknownType: "throw", newerVersion: "skip", invalid: "throw", maxValueBytes: 10 });
    expect(await errorOf(handle({ ...newType, value: Buffer.from("{}") }, 1))).to.be.instanceOf(EventError);
    expect(await errorOf(handle(garbage, 1))).to.be.instanceOf(MessageError);
    expect(await errorOf(handle(deliveredMessage(1), 1))).to.be.instanceOf(ValueTooLargeError);
    const outcome = await handle({ ...newVersion, value: Buffer.from("{}") }, 1);
    expect(outcome.handled ? "handled" : outcome.reason).to.equal("newer-version");
  });
});
