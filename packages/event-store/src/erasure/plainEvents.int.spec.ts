import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { openEventStorePool } from "../openEventStorePool.ts";
import { eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { plainEventCheck } from "./plainEvents.ts";

describe("the check for events in plain text", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => (pool = openEventStorePool({ url: database.url(), connectionLimit: 2 })));
  after(() => pool.end());
  beforeEach(() => eventStoreTables(pool).clear());

  const sealed = { sealed: [{ subject: "owner", key: uuidv7(), text: "x" }] };
  const append = async (cart: string, version: number, data: object): Promise<void> =>
    eventStoreTables(pool).events.insert([eventRow({ aggregate_id: cart, version, event_data: data })]);
  const begin = (cart: string, tenantId: string, data: object = sealed): Promise<void> => append(cart, 1, { tenant_id: tenantId, ...data });
  const seal = async (cart: string, version: number): Promise<void> =>
    void (await eventStoreTables(pool).events.change({ event_data: sealed }, { aggregate_id: cart, version }));
  /** The tenants for which the check finds a plain event. */
  const tenantsOf = async (check: ReturnType<typeof plainEventCheck>): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const tenantId of ["shop-1", "shop-2", "shop-3"]) if (await check(tenantId, new AbortController().signal)) found.push(tenantId);
    return found;
  };

  it("tells which tenants have one, also after some were sealed and others were appended", async () => {
    const [one, two, three] = [uuidv7(), uuidv7(), uuidv7()];
    await begin(one, "shop-1");
    await begin(two, "shop-2");
    await append(one, 2, { name: "plain" });
    await append(two, 2, sealed);
    await append(one, 3, { name: "plain" });
    const check = plainEventCheck(pool, "Cart");
    expect(await tenantsOf(check)).to.deep.equal(["shop-1"]);
    await seal(one, 2);
    expect(await tenantsOf(check)).to.deep.equal(["shop-1"]);
    await begin(three, "shop-3", {});
    expect(await tenantsOf(check)).to.deep.equal(["shop-1", "shop-3"]);
    await seal(one, 3);
    expect(await tenantsOf(check)).to.deep.equal(["shop-3"]);
    await append(two, 3, { name: "plain" });
    expect(await tenantsOf(check)).to.deep.equal(["shop-2", "shop-3"]);
  });

  it("counts one for every tenant if its stream does not tell its tenant, and for none once it is sealed", async () => {
    const [one, untold] = [uuidv7(), uuidv7()];
    await begin(one, "shop-1");
    await append(untold, 2, { name: "plain" });
    const check = plainEventCheck(pool, "Cart");
    expect(await tenantsOf(check)).to.deep.equal(["shop-1", "shop-2", "shop-3"]);
    await append(one, 2, { name: "plain" });
    await seal(untold, 2);
    expect(await tenantsOf(check)).to.deep.equal(["shop-1"]);
  });

  it("finds one whose append was open during the check, although the check has seen events with higher ids", async () => {
    const [one, two] = [uuidv7(), uuidv7()];
    await begin(one, "shop-1");
    const last = await eventStoreTables(pool).events.last();
    await eventStoreTables(pool).events.insert([{ ...eventRow({ aggregate_id: two, version: 1, event_data: sealed }), id: last + 10 }]);
    const check = plainEventCheck(pool, "Cart");
    expect(await tenantsOf(check)).to.deep.equal([]);
    const plain = eventRow({ aggregate_id: one, version: 2, event_data: { name: "plain" } });
    await eventStoreTables(pool).events.insert([{ ...plain, id: last + 5 }]);
    expect(await tenantsOf(check)).to.deep.equal(["shop-1"]);
  });
});
