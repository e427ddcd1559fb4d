import type { CartEvent } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { project, timeOf, useQueryApi } from "../testing/useQueryApi.ts";
import { type CartListPage, type ListedBy, readCartList, readCartsByActivity } from "./readCartList.ts";

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;
const created = (user: string, tenant = "default"): CartEvent => ({
  type: "CartCreated",
  data: { user_id: user, tenant_id: tenant, currency: "KWD" },
});
const added: CartEvent = {
  type: "ItemAddedToCart",
  data: { line_id: "a", item_id: "a", quantity: 2, unit_price: 2_999, previous_unit_price: null },
};

type Page = { readonly carts: readonly { readonly id: string }[]; readonly next_cursor: string | null };

describe("the lists of carts", () => {
  const api = useQueryApi();
  const page = async (path: string): Promise<Page> => {
    const { status, body } = await api.get(path);
    expect(status, path).to.equal(200);
    return body as Page;
  };
  const ids = ({ carts }: Page): string[] => carts.map(({ id }) => id);

  /** Every page of a list, one after the other. */
  const walk = async (path: string): Promise<string[][]> => {
    const pages: string[][] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const next: Page = await page(cursor === "" ? path : `${path}&cursor=${cursor}`);
      pages.push(ids(next));
      cursor = next.next_cursor;
    }
    return pages;
  };

  describe("of a few carts", () => {
    before(async () => {
      await project(api, cartId(1), [created("ann"), added]);
      await project(api, cartId(2), [created("ann", "other shop/ø")]);
      await project(api, cartId(3), [created("ann"), added, { type: "CartPurchased", data: { order_id: "order-1", total_amount: 5_998 } }]);
      await project(api, cartId(4), [created("bob")]);
      // Cart 2 is the oldest; 3 and 4 came in the same microsecond.
      const at = (n: number, time: string) =>
        api.readModel.pool().query("UPDATE carts SET created_at = ? WHERE id = ?", [time, uuidToBytes(cartId(n))]);
      await at(2, "2025-11-20 15:00:00.000001");
      await at(1, "2025-11-20 15:00:00.000002");
    });

    it("show summaries, newest first", async () => {
      expect(ids(await page("/users/ann/carts"))).to.deep.equal([3, 1, 2].map(cartId));
      expect(ids(await page("/tenants/default/carts"))).to.deep.equal([4, 3, 1].map(cartId));
      expect(await page("/users/ann/carts?status=CLOSED")).to.deep.equal({
        carts: [
          {
            id: cartId(3),
            user_id: "ann",
            tenant_id: "default",
            status: "CLOSED",
            currency: "KWD",
            items_amount: 5.998,
            adjustments: [],
            adjustments_stale: false,
            total_amount: 5.998,
            item_count: 2,
            line_count: 1,
            order_id: "order-1",
            merged_into: null,
            abandoned_at: null,
            attributes: {},
            version: 3,
            created_at: timeOf(1).toISOString(),
            updated_at: timeOf(3).toISOString(),
          },
        ],
        next_cursor: null,
      });
    });

    it("go from page to page, also between carts of one microsecond, and end with null", async () => {
      expect(await walk("/tenants/default/carts?limit=1")).to.deep.equal([[cartId(4)], [cartId(3)], [cartId(1)]]);
      expect(await walk("/users/ann/carts?limit=2")).to.deep.equal([[cartId(3), cartId(1)], [cartId(2)]]);
      expect(await walk("/users/ann/carts?limit=3")).to.have.length(1);
      expect(await walk("/users/ann/carts?limit=1&status=OPEN")).to.deep.equal([[cartId(1)], [cartId(2)]]);
      expect(await walk("/tenants/default/carts?limit=1&status=OPEN")).to.deep.equal([[cartId(4)], [cartId(1)]]);
    });

    it("take several statuses, by commas or by several parameters, and go from page to page with them", async () => {
      expect(ids(await page("/users/ann/carts?status=OPEN,CLOSED"))).to.deep.equal([3, 1, 2].map(cartId));
      expect(ids(await page("/users/ann/carts?status=CLOSED&status=OPEN&status=OPEN"))).to.deep.equal([3, 1, 2].map(cartId));
      expect(ids(await page("/users/ann/carts?status=CLOSED,MERGED"))).to.deep.equal([cartId(3)]);
      expect(await walk("/users/ann/carts?limit=2&status=OPEN,CLOSED")).to.deep.equal([[cartId(3), cartId(1)], [cartId(2)]]);
      expect(await walk("/tenants/default/carts?limit=1&status=OPEN,CLOSED")).to.deep.equal([[cartId(4)], [cartId(3)], [cartId(1)]]);
    });

    it("are empty for whom nothing is known, and take any id that a cart can have", async () => {
      expect(await page("/users/nobody/carts")).to.deep.equal({ carts: [], next_cursor: null });
      expect(await page(`/users/ANN/carts`)).to.deep.equal({ carts: [], next_cursor: null });
      expect(ids(await page(`/tenants/${encodeURIComponent("other shop/ø")}/carts`))).to.deep.equal([cartId(2)]);
    });

    it("are shown to a user whose id is as long as a token's subject may be", async () => {
      const user = "👤".repeat(255);
      await project(api, cartId(6), [created(user, "shop-6")]);
      expect(ids(await page(`/users/${encodeURIComponent(user)}/carts`))).to.deep.equal([cartId(6)]);
    });

    it("show each cart once, though carts come and change while a client goes through the pages", async () => {
      const path = "/tenants/default/carts?limit=2";
      const first = await page(path);
      await project(api, cartId(5), [created("bob")]);
      await api.readModel
        .pool()
        .query("UPDATE carts SET created_at = '2026-01-01', version = version + 1 WHERE id = ?", [uuidToBytes(cartId(5))]);
      await api.readModel.pool().query("UPDATE carts SET updated_at = '2026-01-01', version = 9 WHERE id = ?", [uuidToBytes(cartId(1))]);
      const second = await page(`${path}&cursor=${first.next_cursor ?? ""}`);
      expect([...ids(first), ...ids(second)]).to.deep.equal([4, 3, 1].map(cartId));
    });

    const refused: readonly [string, number, string][] = [
      ["/users/ann/carts?limit=0", 400, "limit"],
      ["/users/ann/carts?limit=101", 400, "limit"],
      ["/users/ann/carts?limit=many", 400, "limit"],
      ["/users/ann/carts?status=NONE", 400, "status"],
      ["/users/ann/carts?status=OPEN,NONE", 400, "status"],
      ["/users/ann/carts?status=OPEN&status=NONE", 400, "status"],
      ["/users/ann/carts?status=", 400, "status"],
      ["/users/ann/carts?order_by=id", 400, "order_by"],
      ["/users/ann/carts?updated_since=yesterday", 400, "updated_since"],
      ["/users/ann/carts?updated_since=2025-11-20T23:59:60Z", 400, "updated_since"],
      ["/users/ann/carts?order_by=created_at&updated_since=2025-11-20T00:00:00Z", 400, "updated_since"],
      ["/tenants/default/carts?order_by=id", 400, "order_by"],
      ["/tenants/default/carts?updated_since=yesterday", 400, "updated_since"],
      ["/users/ann/carts?cursor=", 400, "cursor"],
      ["/users/ann/carts?cursor=x", 400, "cursor"],
      ["/users/ann/carts?offset=1", 400, "offset"],
      [`/users/${"u".repeat(256)}/carts`, 400, "user_id"],
      ["/tenants/default/carts?cursor=AQ", 400, "cursor"],
      [`/tenants/${"t".repeat(65)}/carts`, 400, "tenant_id"],
    ];
    for (const [path, status, field] of refused) {
      it(`answer ${path} with ${status}, for its ${field}`, async () => {
        const answer = await api.get(path);
        expect(answer.status).to.equal(status);
        expect(answer.headers.get("content-type")).to.equal("application/problem+json");
        expect(answer.body).to.have.nested.property("errors[0].field", field);
      });
    }

    it("answer 503 while the database is away", async () => {
      api.proxies().readModel.refuse();
      expect((await api.get("/users/ann/carts")).status).to.equal(503);
      api.proxies().readModel.mend();
    });
  });

  describe("by last activity", () => {
    const abandoned: CartEvent = {
      type: "CartAbandoned",
      data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
    };
    const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 5_998 } };
    const histories: readonly CartEvent[][] = [
      [created("eve"), added],
      [created("eve"), added, added, abandoned],
      [created("eve"), added, added, added, purchased],
      [created("eve", "shop-2"), added, added],
    ];
    const [open, left, bought, elsewhere] = [21, 22, 23, 24].map(cartId);

    before(async () => {
      for (const [n, events] of histories.entries()) await project(api, cartId(21 + n), events);
    });

    it("show the cart that changed last first, from page to page and since a time", async () => {
      const all = [bought, left, elsewhere, open];
      expect(ids(await page("/users/eve/carts?order_by=last_activity"))).to.deep.equal(all);
      expect(await walk("/users/eve/carts?order_by=last_activity&limit=1")).to.deep.equal(all.map((id) => [id]));
      expect(await walk("/users/eve/carts?order_by=last_activity&limit=1&status=OPEN,ABANDONED")).to.deep.equal([
        [left],
        [elsewhere],
        [open],
      ]);
      const since = (version: number) => `updated_since=${timeOf(version).toISOString()}`;
      expect(ids(await page(`/users/eve/carts?${since(4)}`))).to.deep.equal([bought, left]);
      expect(ids(await page(`/users/eve/carts?${since(4)}&status=ABANDONED`))).to.deep.equal([left]);
      expect(await walk(`/users/eve/carts?${since(3)}&limit=2`)).to.deep.equal([[bought, left], [elsewhere]]);
    });

    it("show a tenant's carts in the same order, of all statuses or of some", async () => {
      const list = "/tenants/shop-9/carts?order_by=last_activity";
      for (const [n, events] of histories.slice(0, 3).entries())
        await project(api, cartId(31 + n), [created("ida", "shop-9"), ...events.slice(1)]);
      const [first, second, third] = [33, 32, 31].map(cartId);
      expect(await walk(`${list}&limit=1`)).to.deep.equal([[first], [second], [third]]);
      expect(await walk(`${list}&limit=1&status=OPEN,CLOSED`)).to.deep.equal([[first], [third]]);
      expect(ids(await page(`/tenants/shop-9/carts?updated_since=${timeOf(4).toISOString()}`))).to.deep.equal([first, second]);
      expect(ids(await page(`/tenants/shop-9/carts?updated_since=${timeOf(4).toISOString()}&status=ABANDONED`))).to.deep.equal([second]);
    });

    it("take every time that has the format, also one that no cart can have", async () => {
      for (const [time, carts] of [
        ["0000-01-01T00:00:00+23:59", 4],
        ["1969-12-31T23:59:59Z", 4],
        ["9999-12-31T23:59:59.999999Z", 0],
        ["9999-12-31T23:59:59-12:00", 0],
        ["9999-12-31T23:59:59.999-23:59", 0],
      ] as const) {
        for (const list of ["/users/eve/carts", "/tenants/shop-2/carts"]) {
          const { carts: found } = await page(`${list}?updated_since=${encodeURIComponent(time)}`);
          expect(found, `${list} since ${time}`).to.have.length(carts === 0 ? 0 : list.includes("eve") ? carts : 1);
        }
      }
    });

    it("do not take a cursor of another order", async () => {
      const { next_cursor } = await page("/users/eve/carts?limit=1");
      const { status, body } = await api.get(`/users/eve/carts?limit=1&order_by=last_activity&cursor=${next_cursor}`);
      expect(status).to.equal(400);
      expect(body).to.have.nested.property("errors[0].field", "cursor");
    });

    it("tell the submitted cart of a customer who has left the payment page, unless another cart was used later", async () => {
      const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 5_998, item_count: 2, line_count: 1 } };
      const [paying, next, returning] = [41, 42, 43].map(cartId);
      const current = async () => (await api.get("/users/kim/cart")).body as { id: string; status: string };
      await project(api, String(returning), [created("kim"), added, added, added, added, abandoned]);
      await project(api, String(paying), [created("kim"), added, submitted]);
      expect(await current())
        .to.deep.equal((await api.get(`/carts/${paying}`)).body)
        .and.to.include({ status: "SUBMITTED" });
      await project(api, String(next), [created("kim"), added]);
      expect((await current()).id).to.equal(paying);
      await project(api, String(next), [created("kim"), added, added, added]);
      expect((await current()).id).to.equal(next);
      for (const id of [paying, next]) await project(api, String(id), [created("kim"), added, added, added, purchased]);
      expect((await current()).id).to.equal(returning);
    });

    it("tell a user's current cart: the open one, or else the abandoned one to which the customer may return", async () => {
      const current = async () => (await api.get("/users/eve/cart")).body;
      expect(await current()).to.deep.equal((await api.get(`/carts/${elsewhere}`)).body);
      await project(api, String(elsewhere), [...(histories[3] ?? []), purchased]);
      expect(await current()).to.deep.equal((await api.get(`/carts/${open}`)).body);
      await project(api, String(open), [...(histories[0] ?? []), purchased]);
      const { status, headers, body } = await api.get("/users/eve/cart");
      expect([status, headers.get("etag")]).to.deep.equal([200, '"4"']);
      expect(body).to.deep.equal((await api.get(`/carts/${left}`)).body);
      expect((await api.get("/users/eve/cart", { headers: { "If-None-Match": '"4"' } })).status).to.equal(304);
      await project(api, String(left), [created("eve"), added, added, purchased]);
      const none = await api.get("/users/eve/cart");
      expect([none.status, (none.body as { type: string }).type]).to.deep.equal([404, "/problems/not-found"]);
    });
  });

  describe("of many carts", () => {
    const carts = 3_000;
    /** Carts of a user of the same id at another shop, all older. */
    const ofSmall = 200;
    let connection: PoolConnection;

    before(async () => {
      await api.readModel.pool().query("DELETE FROM carts");
      // All of one user, tenant and status, as at a shop with one tenant; a third of them of one moment.
      const row = (n: number): unknown[] => {
        const time = new Date(timeOf(0).getTime() + (n >= carts ? -n : n % 3 === 0 ? 0 : n));
        return [uuidToBytes(cartId(n)), n < carts ? "t" : "small", "u", "OPEN", "USD", 0, 0, 0, 1, 1, time, time];
      };
      await api.readModel
        .pool()
        .query(
          "INSERT INTO carts (id, tenant_id, user_id, status, currency, total_amount, item_count, line_count, version, next_position, created_at, updated_at) VALUES ?",
          [Array.from({ length: carts + ofSmall }, (_, n) => row(n))],
        );
      await api.readModel.pool().query("ANALYZE TABLE carts");
      connection = await api.readModel.pool().getConnection();
    });
    after(() => connection.release());

    /** Walks through the pages of a list. Resolves to the carts seen, and to the rows that MySQL read for each page. */
    const walkCounting = async (
      readPage: (database: ReadOnlyDatabase, after: CartListPage["next"]) => Promise<CartListPage>,
    ): Promise<{ readonly seen: ReadonlySet<string>; readonly costs: readonly number[] }> => {
      // On one connection, so that its counters say what was read.
      const database: ReadOnlyDatabase = {
        query: async <Row extends RowDataPacket>(sql: string, values: readonly unknown[] = []) =>
          (await connection.query<Row[]>(sql, [...values]))[0],
        read: async () => [],
        close: async () => undefined,
      };
      const reads = async (): Promise<number> => {
        const rows = await database.query<RowDataPacket & { Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
        return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
      };
      const seen = new Set<string>();
      const costs: number[] = [];
      for (let after: CartListPage["next"], more = true; more;) {
        const before = await reads();
        const list = await readPage(database, after);
        costs.push((await reads()) - before);
        for (const { id } of list.carts) seen.add(id);
        after = list.next;
        more = after !== undefined;
      }
      return { seen, costs };
    };

    const lists: readonly { by: ListedBy; tenantId?: string; carts: number; name: string }[] = [
      { by: "user", carts: carts + ofSmall, name: "user" },
      { by: "tenant", carts, name: "tenant" },
      { by: "user", tenantId: "t", carts, name: "tenant's user" },
      { by: "user", tenantId: "small", carts: ofSmall, name: "user whose id other tenants have too" },
    ];
    for (const { by, tenantId, carts: expected, name } of lists) {
      for (const status of [undefined, "OPEN"] as const) {
        it(`read a page of a ${name}${status === undefined ? "" : " and a status"} alone, at any depth`, async () => {
          const statuses = status === undefined ? [] : [status];
          const { seen, costs } = await walkCounting((database, after) =>
            readCartList(database, by, { of: by === "user" ? "u" : "t", tenantId, statuses, limit: 100, after }),
          );
          expect(seen.size).to.equal(expected);
          expect(costs).to.have.length(expected / 100);
          // The page, the row after it, and the ends of the two ranges.
          expect(Math.max(...costs)).to.be.lessThan(110);
        });
      }
    }

    it("read a page of a tenant's last changed carts alone, at any depth and of any statuses", async () => {
      // Many carts of a status that the list leaves out changed last.
      await connection.query(
        "UPDATE carts SET status = 'CLOSED', updated_at = '2026-06-01' WHERE tenant_id = 't' AND version = 1 AND MOD(CRC32(id), 2) = 0",
      );
      for (const statuses of [["OPEN"], ["OPEN", "MERGED"], []] as const) {
        const { seen, costs } = await walkCounting((database, after) =>
          readCartsByActivity(database, "tenant", { of: "t", tenantId: "t", statuses, limit: 100, after }),
        );
        expect(costs).to.have.length(Math.ceil(seen.size / 100));
        // A page and a row of each of at most five statuses, and then the merged page, which a temporary table holds.
        expect(Math.max(...costs), String(statuses)).to.be.lessThan(statuses.length === 1 ? 110 : 600);
      }
    });
  });
});
