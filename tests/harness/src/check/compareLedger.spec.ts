import { expect } from "chai";
import type { CommandType, LedgerEntry, Outcome } from "../load/ledger.ts";
import { compareLedgerWithStore } from "./compareLedger.ts";
import type { StoredEvent } from "./eventStore.ts";
import { createFindings } from "./findings.ts";

const [cart, other] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

type Given = Pick<StoredEvent, "version" | "type" | "commandId"> & Partial<StoredEvent>;

/** Events of carts whose owners were erased, unless they are given a request. */
const stored = (...events: readonly Given[]): readonly StoredEvent[] =>
  events.map((event, index) => ({
    id: index + 1,
    eventId: `event-${index + 1}`,
    cartId: cart,
    schemaVersion: 1,
    storedData: {},
    data: {},
    requestId: undefined,
    occurredAt: new Date(0),
    ...event,
  }));

const created = (commandId: string, requestId?: string): readonly Given[] => [
  { version: 1, type: "CartCreated", commandId, requestId },
  { version: 2, type: "ItemAddedToCart", commandId, requestId },
];
const added = (version: number, commandId: string, requestId?: string): Given => ({
  version,
  type: "ItemAddedToCart",
  commandId,
  requestId,
});

const entry = (outcome: Outcome, command: CommandType = "AddItem", id = "request-1", cartIds = [cart]): LedgerEntry => ({
  id,
  cartIds,
  command,
  outcome,
});
const acknowledged = (...events: readonly Given[]): Outcome => ({
  kind: "acknowledged",
  changes: [{ cartId: cart, version: events.at(-1)?.version ?? 0, events: events.map(({ type, version }) => ({ type, version })) }],
});
const unknown: Outcome = { kind: "unknown", why: "no answer" };
const refused: Outcome = { kind: "refused", why: "409" };

const findingsOf = (ledger: readonly LedgerEntry[], events: readonly StoredEvent[]): readonly string[] => {
  const findings = createFindings();
  compareLedgerWithStore(ledger, events, findings);
  return findings.examples().map((text) => text.split(":")[0] ?? "");
};

describe("compareLedgerWithStore", () => {
  for (const [whose, request] of [
    ["a shopper", "request-1"],
    ["an erased shopper", undefined],
  ] as const) {
    describe(`on a cart of ${whose}`, () => {
      const first = created("c1", request);
      const ledger = [entry(acknowledged(...first))];

      it("finds each acknowledged command", () => expect(findingsOf(ledger, stored(...first))).to.deep.equal([]));
      it("misses an acknowledged event", () => expect(findingsOf(ledger, stored(...first.slice(0, 1)))).to.deep.equal(["lost"]));
      it("notices a second execution", () =>
        expect(findingsOf(ledger, stored(...first, added(3, "c2", request)))).to.deep.equal([request === undefined ? "wrong" : "twice"]));
      it("takes a whole command without an answer, or none of it", () => {
        expect(findingsOf([entry(unknown)], stored(...first))).to.deep.equal([]);
        expect(findingsOf([entry(unknown)], [])).to.deep.equal([]);
      });
      it("notices a part of a command without an answer", () =>
        expect(findingsOf([entry(unknown)], stored(...first.slice(0, 1)))).to.deep.equal([request === undefined ? "wrong" : "partial"]));
      it("notices events of a refused command", () =>
        expect(findingsOf([entry(refused)], stored(...first))).to.deep.equal([request === undefined ? "wrong" : "partial"]));
      it("notices events of a command that nobody sent", () => expect(findingsOf([], stored(...first))).to.deep.equal(["wrong"]));
      it("notices a gap", () =>
        expect(
          findingsOf(
            [...ledger, entry(unknown, "AddItem", "request-2")],
            stored(...first, added(4, "c2", request === undefined ? undefined : "request-2")),
          ),
        ).to.deep.equal(["lost"]));
    });
  }

  it("does not give an erased command to two commands without an answer", () => {
    const twice = [entry(unknown, "AddItem", "request-1"), entry(unknown, "AddItem", "request-2")];
    expect(findingsOf(twice, stored(...created("c1"), added(3, "c2")))).to.deep.equal([]);
    expect(findingsOf(twice, stored(...created("c1"), added(3, "c2"), added(4, "c3")))).to.deep.equal(["wrong"]);
  });

  it("knows an erased command by what it does", () => {
    const purchase = entry(unknown, "PurchaseCart");
    expect(findingsOf([purchase], stored(...created("c1")))).to.deep.equal(["wrong"]);
    expect(
      findingsOf(
        [entry(acknowledged(...created("c1"))), purchase],
        stored(...created("c1"), { version: 3, type: "CartPurchased", commandId: "c2" }),
      ),
    ).to.deep.equal([]);
  });

  it("knows a merge by the cart whose owner was not erased", () => {
    const merge: Outcome = {
      kind: "acknowledged",
      changes: [
        { cartId: cart, version: 1, events: [{ type: "CartMergedInto", version: 1 }] },
        { cartId: other, version: 1, events: [{ type: "CartMergedFrom", version: 1 }] },
      ],
    };
    const events = stored(
      { version: 1, type: "CartMergedInto", commandId: "c1" },
      { version: 1, type: "CartMergedFrom", commandId: "c1", cartId: other, requestId: "request-1" },
    );
    const ledger = [entry(merge, "MergeCart", "request-1", [cart, other])];
    expect(findingsOf(ledger, events)).to.deep.equal([]);
    expect(findingsOf(ledger, events.slice(1))).to.deep.equal(["lost"]);
  });
});
