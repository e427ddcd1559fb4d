import { randomBytes } from "node:crypto";
import { migrateKeyStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { createKeyRing } from "./keyRing.ts";
import { rewrapKeys } from "./keyStore.ts";
import { localMasterKeys } from "./masterKeys.ts";
import { createSecretIds, type SecretIds } from "./secretIds.ts";

describe("ids with a secret", () => {
  const database = useMysqlDatabase({ migrate: migrateKeyStore });
  const [oldKey, newKey] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  let pool: Pool;
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 4 });
  });
  after(() => pool.end());

  const open = async (purpose: string, keys = `old:${oldKey}`): Promise<SecretIds> => {
    const ids = createSecretIds(createKeyRing({ pool, database: database.name(), masterKeys: localMasterKeys(keys) }), purpose);
    await ids.ready();
    return ids;
  };

  it("are UUIDs, the same in every process and after a change of the master key, and other ones for another text or purpose", async () => {
    const [one, two] = await Promise.all([open("lines"), open("lines")]);
    const id = one.idOf(["shop", "ann", "For Ann"]);
    expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(two.idOf(["shop", "ann", "For Ann"])).to.equal(id);
    expect(one.idOf(["shop", "bob", "For Ann"])).not.to.equal(id);
    expect((await open("orders")).idOf(["shop", "ann", "For Ann"])).not.to.equal(id);
    await rewrapKeys(pool, localMasterKeys(`new:${newKey},old:${oldKey}`), 10);
    expect((await open("lines", `new:${newKey}`)).idOf(["shop", "ann", "For Ann"])).to.equal(id);
  });

  it("are other ones with another key store", async () => {
    const before = (await open("lines", `new:${newKey}`)).idOf(["For Ann"]);
    await database.pool().query("DELETE FROM lookup_keys");
    expect((await open("lines")).idOf(["For Ann"])).not.to.equal(before);
  });

  it("are refused before the secret was read, instead of being made without one", () => {
    const ids = createSecretIds({ secretFor: () => Promise.reject(new Error("away")) }, "lines");
    expect(() => ids.idOf(["For Ann"])).to.throw("ready()");
  });
});
