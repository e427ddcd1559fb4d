import { expect } from "chai";
import { type CartRecord, cartView } from "./cartView.ts";

const cart: CartRecord = {
  id: "550e8400-e29b-41d4-a716-446655440000",
  tenantId: "default",
  userId: "user-123",
  status: "OPEN",
  currency: "USD",
  itemsAmount: 5_998,
  adjustments: [{ kind: "discount", amount: -500, reference: "SPRING" }],
  areAdjustmentsStale: true,
  itemCount: 2,
  lineCount: 1,
  orderId: null,
  mergedInto: null,
  abandonedAt: null,
  attributes: { locale: "da-DK" },
  version: 2,
  createdAt: new Date("2025-11-20T16:30:00.000Z"),
  updatedAt: new Date("2025-11-20T16:30:01.250Z"),
  items: [{ lineId: "item-456", itemId: "item-456", name: null, attributes: {}, quantity: 2, unitPrice: 2_999 }],
};

describe("cartView", () => {
  it("is the contract of GET /carts/{id}", () => {
    expect(cartView(cart)).to.deep.equal({
      id: "550e8400-e29b-41d4-a716-446655440000",
      user_id: "user-123",
      tenant_id: "default",
      status: "OPEN",
      currency: "USD",
      items_amount: 59.98,
      adjustments: [{ kind: "discount", amount: -5, reference: "SPRING" }],
      adjustments_stale: true,
      total_amount: 54.98,
      item_count: 2,
      line_count: 1,
      items: [{ line_id: "item-456", item_id: "item-456", name: null, attributes: {}, quantity: 2, price: 29.99, line_total: 59.98 }],
      order_id: null,
      merged_into: null,
      abandoned_at: null,
      attributes: { locale: "da-DK" },
      version: 2,
      created_at: "2025-11-20T16:30:00.000Z",
      updated_at: "2025-11-20T16:30:01.250Z",
    });
  });

  it("shows a total that adjustments cannot lower below 0", () => {
    const adjustments = [{ kind: "discount", amount: -6_000 }] as const;
    expect(cartView({ ...cart, adjustments })).to.include({ items_amount: 59.98, total_amount: 0 });
  });

  it("gives amounts with the decimals of the currency", () => {
    const amounts = (currency: string) => {
      const { items_amount, adjustments, items } = cartView({ ...cart, currency });
      return [items_amount, adjustments[0]?.amount, items[0]?.price, items[0]?.line_total];
    };
    expect(amounts("JPY")).to.deep.equal([5_998, -500, 2_999, 5_998]);
    expect(amounts("KWD")).to.deep.equal([5.998, -0.5, 2.999, 5.998]);
  });
});
