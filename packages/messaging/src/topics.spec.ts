import { eventCatalogs } from "@cart/domain";
import { expect } from "chai";
import { topicOf, topicsWithPrefix } from "./topics.ts";

describe("topicOf", () => {
  it("names the topic of an aggregate type, with the prefix", () => {
    expect(topicOf("Cart")).to.equal("ec.cart-events");
    expect(topicOf("Cart", topicsWithPrefix("suite-1."))).to.equal("suite-1.ec.cart-events");
    expect(topicOf("TenantPolicy")).to.equal("ec.tenant-policy-events");
  });

  it("returns a topic for each aggregate type of the domain", () => {
    for (const type of Object.keys(eventCatalogs)) expect(topicOf(type), type).to.be.a("string");
  });

  it("returns no topic for an unknown type, nor for a name that every object has", () => {
    expect(topicOf("Order")).to.equal(undefined);
    expect(topicOf("constructor")).to.equal(undefined);
  });
});
