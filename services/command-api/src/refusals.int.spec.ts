import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "./testing/startCommandApi.ts";

const item = { user_id: "user-123", item_id: "item-456", quantity: 1, price: 29.99 };

describe("the command API", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });

  // A separate suite, so that its user is dropped before the database.
  describe("with a user whose resources are limited", () => {
    const user = (): string => `'${database.name()}'@'%'`;
    const admin = (sql: string) => database.pool().query(sql);
    let api: CommandApi;

    before(async () => {
      await admin(`CREATE USER ${user()} IDENTIFIED BY 'secret'`);
      await admin(`GRANT ALL ON \`${database.name()}\`.* TO ${user()}`);
    });
    beforeEach(async () => {
      const url = new URL(database.url());
      url.username = database.name();
      url.password = "secret";
      api = await startCommandApi(url.href, () => new Date());
    });
    afterEach(() => api.stop());
    after(() => admin(`DROP USER ${user()}`));

    const add = (cart: string): Promise<Reply> => api.send("POST", `/carts/${cart}/items`, item);
    const expectRefusal = ({ status, headers, text, json }: Reply, words: string): void => {
      expect([status, json["type"], headers.get("retry-after")], text).to.deep.equal([503, "/problems/unavailable", "1"]);
      expect(json["detail"]).to.contain(words);
    };
    /** The cart has its versions without a gap, and takes further commands. */
    const expectToGoOn = async (cart: string): Promise<void> => {
      expect(await add(cart)).to.include({ status: 200 });
      const rows = await eventStoreTables(database.pool()).events.rows({ aggregate_id: cart });
      expect(rows.map(({ version }) => version).toSorted((a, b) => Number(a) - Number(b))).to.deep.equal(rows.map((_, index) => index + 1));
    };

    it("answers 503, in words, while its user has no connection left, and goes on once it has one", async () => {
      const cart = uuidv7();
      await admin(`ALTER USER ${user()} WITH MAX_USER_CONNECTIONS 1`);
      const held = await api.pool.getConnection();
      try {
        expectRefusal(await add(cart), "no connection left");
      } finally {
        held.release();
      }
      await expectToGoOn(cart);
      await admin(`ALTER USER ${user()} WITH MAX_USER_CONNECTIONS 0`);
    });

    for (const limit of ["MAX_QUERIES_PER_HOUR", "MAX_UPDATES_PER_HOUR", "MAX_CONNECTIONS_PER_HOUR"]) {
      it(`answers 503, in words, while its user is beyond ${limit}, and goes on once it is not`, async () => {
        const cart = uuidv7();
        await admin(`ALTER USER ${user()} WITH ${limit} 1`);
        const held = await api.pool.getConnection().catch(() => undefined);
        try {
          expectRefusal(await add(cart), "no connection left");
        } finally {
          held?.release();
          await admin(`ALTER USER ${user()} WITH ${limit} 0`);
        }
        await expectToGoOn(cart);
      });
    }
  });
});
