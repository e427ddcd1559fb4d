import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { useQueryApi } from "./testing/useQueryApi.ts";

const id = "550e8400-e29b-41d4-a716-446655440000";
const unknown = "550e8400-e29b-41d4-a716-446655440001";

describe("the query API", () => {
  const api = useQueryApi();
  const { get, readModel: database } = api;

  beforeEach(async () => {
    await database.pool().query("DELETE FROM carts");
    await database.pool().query("DELETE FROM cart_items");
    await database.pool().query(
      `INSERT INTO carts (id, tenant_id, user_id, status, currency, total_amount, item_count, line_count, order_id, version, next_position, created_at, updated_at)
       VALUES (UUID_TO_BIN(?), 'default', 'user-123', 'OPEN', 'USD', 5998, 2, 1, NULL, 2, 2, '2025-11-20 16:30:00.000', '2025-11-20 16:30:01.250')`,
      [id],
    );
    await database.pool().query("INSERT INTO cart_items VALUES (UUID_TO_BIN(?), 'item-456', 'item-456', NULL, NULL, 2, 2999, 1)", [id]);
  });

  const setVersion = (version: number) => database.pool().query("UPDATE carts SET version = ?", [version]);

  it("shows a cart, with its version as the ETag", async () => {
    const { status, headers, body } = await get(`/carts/${id}`);
    expect(status).to.equal(200);
    expect(headers.get("etag")).to.equal('"2"');
    expect(body).to.deep.include({ id, total_amount: 59.98, version: 2, created_at: "2025-11-20T16:30:00.000Z" });
    expect(body)
      .to.have.property("items")
      .that.deep.equals([
        { line_id: "item-456", item_id: "item-456", name: null, attributes: {}, quantity: 2, price: 29.99, line_total: 59.98 },
      ]);
  });

  it("answers 304 to a client that has the version, also to fetch, which sends no-cache by itself", async () => {
    const having = (etag: string, more = {}) => get(`/carts/${id}`, { headers: { "If-None-Match": etag, ...more } });
    for (const etag of ['"2"', 'W/"2"', '"1", W/"2"', "*"]) {
      const { status, headers, body } = await having(etag);
      expect([status, headers.get("etag"), headers.get("cache-control"), body], etag).to.deep.equal([
        304,
        '"2"',
        "private, no-cache",
        undefined,
      ]);
    }
    expect((await having('"2"', { "Cache-Control": "max-age=0" })).status).to.equal(304);
    for (const etag of ['"1"', "2", '"1", "3"', ""]) expect((await having(etag)).status, etag).to.equal(200);
    expect((await get(`/carts/${unknown}`, { headers: { "If-None-Match": "*" } })).status).to.equal(404);
  });

  it("shows lines in the order in which they were added, and a cart without any", async () => {
    await database.pool().query("UPDATE cart_items SET position = 2");
    await database.pool().query("INSERT INTO cart_items VALUES (UUID_TO_BIN(?), 'z', 'z', 'Ø', NULL, 1, 100, 1)", [id]);
    const full = await get(`/carts/${id.toUpperCase()}`);
    expect(full.body).to.have.property("items").that.has.length(2);
    expect(full.body).to.have.nested.property("items[0].item_id", "z");
    await database.pool().query("DELETE FROM cart_items");
    expect((await get(`/carts/${id}`)).body).to.deep.include({ items: [] });
  });

  const refused: readonly [string, number, string][] = [
    [`/carts/${unknown}`, 404, "/problems/not-found"],
    ["/carts/not-a-uuid", 400, "/problems/validation"],
    [`/carts/urn:uuid:${id}`, 400, "/problems/validation"],
    [`/carts/${id}?min_version=0`, 400, "/problems/validation"],
    [`/carts/${id}?min_version=two`, 400, "/problems/validation"],
    [`/carts/${id}?min_version=`, 400, "/problems/validation"],
    [`/carts/${id}?min_version=1&min_version=2`, 400, "/problems/validation"],
    [`/carts/${id}?min_version=1&at_version=1`, 400, "/problems/validation"],
    [`/carts/${id}?minversion=1`, 400, "/problems/validation"],
    [`/carts/${id}?min_version=3`, 503, "/problems/version-not-reached"],
    [`/carts/${unknown}?min_version=1`, 503, "/problems/version-not-reached"],
  ];

  for (const [path, status, type] of refused) {
    it(`answers ${path} with ${status}`, async () => {
      const answer = await get(path);
      expect(answer.status).to.equal(status);
      expect(answer.headers.get("content-type")).to.equal("application/problem+json");
      expect(answer.body).to.deep.include({ status, type });
      expect(answer.headers.get("retry-after")).to.equal(status === 503 ? "1" : null);
    });
  }

  it("names each bad parameter", async () => {
    const { body } = await get("/carts/x?min_version=0");
    expect(body)
      .to.have.property("errors")
      .that.deep.equals([{ field: "id", message: "must be a uuid" }]);
    expect((await get(`/carts/${id}?min_version=0&x=1`)).body)
      .to.have.property("errors")
      .that.deep.equals([
        { field: "x", message: "is not a known field" },
        { field: "min_version", message: "must be >= 1" },
      ]);
  });

  it("answers at once when the cart has the version or a later one", async () => {
    expect((await get(`/carts/${id}?min_version=1`)).body).to.deep.include({ version: 2 });
    expect((await get(`/carts/${id}?min_version=2`)).body).to.deep.include({ version: 2 });
  });

  it("waits for the version", async () => {
    const third = get(`/carts/${id}?min_version=3`);
    const fourth = get(`/carts/${id}?min_version=4`);
    await setVersion(3);
    expect((await third).headers.get("etag")).to.equal('"3"');
    await setVersion(4);
    expect((await fourth).headers.get("etag")).to.equal('"4"');
  });

  it("answers 503 while the database is away, in any way, and recovers by itself", async () => {
    const proxy = api.proxies().readModel;
    await Promise.all(Array.from({ length: 4 }, () => get(`/carts/${id}`)));
    proxy.hang();
    for (const path of [`/carts/${id}`, "/readyz"]) expect((await get(path)).status, path).to.equal(503);
    proxy.refuse();
    for (const path of [`/carts/${id}`, `/carts/${id}?min_version=9`, "/readyz"]) expect((await get(path)).status, path).to.equal(503);
    expect((await get(`/carts/${id}`)).body).to.deep.include({ type: "/problems/unavailable" });

    proxy.hang();
    expect((await get(`/carts/${id}`)).status).to.equal(503);
    proxy.mend();
    await waitFor("recovery", async () => (await get(`/carts/${id}`)).status === 200);
    expect((await get("/readyz")).status).to.equal(200);
  });

  it("cannot write, whatever its user may", async () => {
    for (const each of Object.values(api.databases())) {
      const error: unknown = await each.query("CREATE TABLE written (id INT)").catch((reason: unknown) => reason);
      expect(error).to.have.nested.property("cause.code", "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION");
    }
  });

  it("never shows two versions at once", async () => {
    const writer = await database.pool().getConnection();
    const progress = { isDone: false };
    const write = async (): Promise<void> => {
      for (let version = 3; version < 150; version += 1) {
        await writer.beginTransaction();
        await writer.query("UPDATE carts SET version = ?", [version]);
        await writer.query("UPDATE cart_items SET quantity = ?", [version]);
        await writer.commit();
      }
      progress.isDone = true;
    };
    const writing = write();
    let reads = 0;
    while (!progress.isDone) {
      const { headers, body } = await get(`/carts/${id}`);
      const version = Number(headers.get("etag")?.replaceAll('"', ""));
      expect(body).to.deep.include({ version });
      expect(body).to.have.nested.property("items[0].quantity", version);
      reads += 1;
    }
    await writing;
    writer.release();
    expect(reads).to.be.greaterThan(10);
  });
});
