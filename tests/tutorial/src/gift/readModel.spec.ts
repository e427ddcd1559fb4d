import { expect } from "chai";
import type { GiftEvent } from "./addedEvent.ts";
import { react } from "./processManager.ts";
import { noRow, project } from "./readModel.ts";

const history: readonly GiftEvent[] = [
  { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } },
  { type: "GiftWrapChosen", data: { paper: "blue" } },
  { type: "CartPurchased", data: { order_id: "order-789", total_amount: 5998 } },
];
const delivered = history.map((event, index) => ({ eventId: `event-${index + 1}`, version: index + 1, event }));

describe("a read model", () => {
  it("folds a cart's events into its row", () => {
    expect(delivered.reduce(project, noRow)).to.deep.equal({ version: 3, paper: "blue" });
  });

  it("does not change if events are delivered again", () => {
    const row = delivered.reduce(project, noRow);
    expect(delivered.reduce(project, row)).to.equal(row);
  });

  it("stops at a missing event", () => {
    expect(() => [delivered[0], delivered[2]].filter((event) => event !== undefined).reduce(project, noRow)).to.throw(
      "version 3 does not follow",
    );
  });
});

describe("a process manager", () => {
  const wrapped = delivered.slice(0, 2).reduce(project, noRow);
  const slip = { type: "PrintGiftSlip", key: "event-3", orderId: "order-789", paper: "blue" };

  for (const event of delivered.slice(2)) {
    it("sends a command when a wrapped cart is purchased", () => {
      expect(react(wrapped, event).commands).to.deep.equal([slip]);
    });

    it("sends the same command, with the same key, if it died before it stored the row", () => {
      expect(react(wrapped, event).commands).to.deep.equal(react(wrapped, event).commands);
    });

    it("sends nothing after it has stored the row", () => {
      const { row } = react(wrapped, event);
      expect(react(row, event)).to.deep.equal({ row, commands: [] });
    });

    it("sends nothing for a cart without wrapping", () => {
      expect(react({ version: 2, paper: null }, event).commands).to.deep.equal([]);
    });
  }
});
