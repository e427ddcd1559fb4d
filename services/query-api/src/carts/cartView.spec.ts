import { expect } from "chai";
import { type CartRecord, cartView } from "./cartView.ts";

const cart: CartRecord = {
  id: "550e8400-e29b-41d4-a716-446655440000",
  tenantId: "default",
  userId: "user-123",
  status: "OPEN",
  currency: "USD",
  totalAmount: 5_998,
  itemCount: 2,
  lineCount: 1,
  orderId: null,
  mergedInto: null,
  abandonedAt: null,
  version: 2,
  createdAt: new Date("2025-11-20T16:30:00.000Z"),
  updatedAt: new Date("2025-11-20T16:30:01.250Z"),
  items: [{ itemId: "item-456", name: null, quantity: 2, unitPrice: 2_999 }],
};

describe("cartView", () => {
  it("is the contract of GET /carts/{id}", () => {
    expect(cartView(cart)).to.deep.equal({
      id: "550e8400-e29b-41d4-a716-446655440000",
      user_id: "user-123",
      tenant_id: "default",
      status: "OPEN",
      currency: "USD",
      total_amount: 59.98,
      item_count: 2,
      line_count: 1,
      items: [{ item_id: "item-456", name: null, quantity: 2, price: 29.99, line_total: 59.98 }],
      order_id: null,
      merged_into: null,
      abandoned_at: null,
      version: 2,
      created_at: "2025-11-20T16:30:00.000Z",
      updated_at: "2025-11-20T16:30:01.250Z",
    });
  });

  it("gives amounts with the decimals of the currency", () => {
    const amounts = (currency: string) => {
      const { total_amount, items } = cartView({ ...cart, currency });
      return [total_amount, items[0]?.price, items[0]?.line_total];
    };
    expect(amounts("JPY")).to.deep.equal([5_998, 2_999, 5_998]);
    expect(amounts("KWD")).to.deep.equal([5.998, 2.999, 5.998]);
  });
});
