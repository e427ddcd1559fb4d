import { type CartEvent, cartAggregate, cartEventCatalog, createEventCodec, type EventCatalog } from "@cart/domain";
import type { ConsumedMessage } from "@cart/messaging";
import { expect } from "chai";
import { Type } from "typebox";
import { addItem, cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";

const [{ schema }] = cartEventCatalog.CartCreated.versions;

type Versions = EventCatalog<CartEvent>["CartCreated"]["versions"];
const aggregateWith = (versions: Versions) => ({
  ...cartAggregate,
  codec: createEventCodec<CartEvent>({ ...cartEventCatalog, CartCreated: { versions } }),
});

/** Has `CartCreated` in two schema versions. The first one calls the tenant `shop`, and its upcast renames that field. */
const withBothVersions = aggregateWith([
  { schema: Type.Object({ user_id: Type.String(), shop: Type.String(), currency: Type.String() }, { additionalProperties: false }) },
  { schema, upcast: ({ shop, ...data }) => ({ ...data, tenant_id: shop }) },
]);
const withFirstVersion = aggregateWith([{ schema }]);

const firstForm = { user_id: "user-1", shop: "shop-1", currency: "USD" };

describe("events that were stored before a field was renamed", () => {
  const abandonment = useAbandonment(withBothVersions);
  const { choose, decide, deliver, eventsOf, newWorker, passMinutes, timers } = abandonment;

  /** Stores a cart whose first event is in the first schema version, and returns the messages that Kafka delivers for the cart. */
  const decideInFirstForm = async (id: string): Promise<ConsumedMessage[]> => {
    const [created, ...others] = await decide(id, addItem());
    if (created === undefined) throw new Error("a cart has events");
    await abandonment.tables().events.change({ schema_version: 1, event_data: firstForm }, { aggregate_id: id, version: 1 });
    const headers = { ...created.headers, ce_schemaversion: Buffer.from("1") };
    return [{ ...created, headers, value: Buffer.from(JSON.stringify(firstForm)) }, ...others];
  };

  it("set the timers of their carts when Kafka delivers them", async () => {
    await deliver(await choose(policy()));
    await deliver(await decideInFirstForm(cartId(1)));
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00" });
    passMinutes(60);
    const { workOff, outcomes } = newWorker();
    await workOff();
    expect(outcomes).to.deep.equal(["abandoned"]);
  });

  it("provide the tenant for a timer that does not know it", async () => {
    await deliver(await choose(policy()));
    // The first message is not delivered, so the worker reads the tenant from the event store.
    await deliver((await decideInFirstForm(cartId(1))).slice(1));
    await newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00" });
    passMinutes(60);
    await newWorker().workOff();
    expect(await eventsOf(cartId(1))).to.deep.equal(["CartCreated", "ItemAddedToCart", "CartAbandoned"]);
  });

  it("leave the timer in place while this program does not know their schema version, until a newer program works it off", async () => {
    await deliver(await choose(policy()));
    const messages = await decide(cartId(1), addItem());
    await deliver(messages.slice(1));
    // The catalog of this worker ends with the first schema version, so the stored event is from a newer program.
    const older = newWorker({ carts: withFirstVersion });
    await older.workOff();
    expect(older.outcomes).to.deep.equal(["failed"]);
    expect(Object.keys(await timers())).to.deep.equal(["1"]);
    passMinutes(1);
    await newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00" });
  });
});
