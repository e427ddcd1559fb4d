import { type Cart, cartAggregate, type CartCommand, type CartEvent, type RecordedEvent } from "@cart/domain";
import { expect } from "chai";
import { type PendingCommand, pendingCommand, pendingKeyedCommand } from "./pendingCommand.ts";
import { settleBatch } from "./settleBatch.ts";

describe("settle batch", () => {
  const metadata = { correlation_id: "correlation-1", causation_id: "causation-1" };
  const scope = { aggregateType: "Cart", aggregateId: "cart-1", key: "key-1" };
  const requestHash = Buffer.from("request");
  const event: RecordedEvent<CartEvent> = {
    eventId: "event-1",
    aggregateType: "Cart",
    aggregateId: "cart-1",
    version: 100,
    schemaVersion: 1,
    occurredAt: new Date(0),
    metadata,
    event: { type: "CartCleared", data: {} },
  };
  const result = { aggregateId: "cart-1", version: 100, events: [event] };
  const request = { aggregateId: "cart-1", command: { type: "ClearCart" }, metadata } as const;

  /** A command with a key and a command without, and the answers that they got. */
  const pending = () => {
    const told: unknown[] = [];
    const tell = (outcome: unknown) => void told.push(outcome);
    const once = { key: "key-1", requestHash, answer: ({ version }: { readonly version: number }) => `version ${version}` };
    return {
      told,
      plain: pendingCommand<Cart, CartCommand, CartEvent>(request, tell, tell),
      keyed: pendingKeyedCommand<Cart, CartCommand, CartEvent>(request, { scope, once }, tell, tell),
    };
  };
  const before: Cart = { status: "NONE" };
  const streamAt = (version: number, snapshotVersion: number, events: readonly RecordedEvent<CartEvent>[] = [event]) =>
    new Map([
      ["cart-1", { before, stream: { state: { status: "NONE" } as const, version, snapshotVersion }, events, follows: "event-99" }],
    ]);
  const accepted = (entry: PendingCommand<Cart, CartCommand, CartEvent>) => ({ entry, decision: { kind: "accepted", result } as const });

  it("stores an answer for a command with a key, and answers no command before COMMIT", () => {
    const { told, plain, keyed } = pending();
    const error = new Error("rejected");
    const outcomes = [accepted(plain), accepted(keyed), { entry: plain, decision: { kind: "rejected", error } as const }];
    const { answers, sendAll } = settleBatch(cartAggregate, { outcomes, streams: streamAt(100, 50) });
    const stored = { ...scope, requestHash, version: 100, answer: "version 100" };
    expect([answers, told]).to.deep.equal([[stored], []]);
    sendAll();
    expect(told).to.deep.equal([result, { stored, replayed: false }, error]);
  });

  it("appends to the streams that changed, with a snapshot if one is due", () => {
    const appendsOf = (snapshotVersion: number) => settleBatch(cartAggregate, { outcomes: [], streams: streamAt(100, snapshotVersion) });
    const stream = { aggregateType: "Cart", aggregateId: "cart-1", events: [event], follows: "event-99", owner: undefined };
    expect(appendsOf(1).appends).to.deep.equal([{ ...stream, snapshot: undefined }]);
    const { schemaVersion } = cartAggregate.snapshots;
    const due = appendsOf(0);
    expect(due.appends).to.deep.equal([{ ...stream, snapshot: { version: 100, schemaVersion, state: '{"status":"NONE"}' } }]);
    expect(due.streams.get("cart-1")?.snapshotVersion).to.equal(100);
    expect(settleBatch(cartAggregate, { outcomes: [], streams: streamAt(99, 50, []) }).appends).to.deep.equal([]);
  });
});
