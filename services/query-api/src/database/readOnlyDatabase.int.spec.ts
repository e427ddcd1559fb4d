import { rewritingProxy } from "@cart/mysql/testing";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { DatabaseUnavailableError, openReadOnlyDatabase } from "./readOnlyDatabase.ts";

describe("a database that is read-only", () => {
  const database = useMysqlDatabase();
  let proxy: Awaited<ReturnType<typeof rewritingProxy>>;

  before(async () => {
    proxy = await rewritingProxy(database.url(), { from: "@@GLOBAL.read_only", to: "1".padEnd(18) });
  });
  after(() => proxy.close());

  it("is refused, and the reason says what to do if it is a replica", async () => {
    const primary = openReadOnlyDatabase({ url: proxy.url, connectionLimit: 1 });
    try {
      const refused: unknown = await primary.query("SELECT 1").catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(DatabaseUnavailableError);
      expect(refused).to.have.property("shownReason").that.contains("READ_REPLICAS=true");
    } finally {
      await primary.close();
    }
  });

  it("is read if it may be a replica", async () => {
    const replica = openReadOnlyDatabase({ url: proxy.url, connectionLimit: 1, allowReplicas: true });
    try {
      expect(await replica.query("SELECT 1 AS n")).to.deep.equal([{ n: 1 }]);
    } finally {
      await replica.close();
    }
  });
});
