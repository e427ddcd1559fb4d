import { randomBytes } from "node:crypto";
import { migrateKeyStore } from "@cart/migrations";
import { ConfigError, loadConfig } from "@cart/process-kit";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { Type } from "typebox";
import { MasterKeyError } from "./masterKeys.ts";
import { openKeys, sealingConfig } from "./openKeys.ts";

const load = (env: Record<string, string>) => loadConfig(Type.Object(sealingConfig), env);

/** Returns the first word of each line about a variable at fault. */
const variablesAtFault = (env: Record<string, string>): readonly (string | undefined)[] => {
  try {
    load(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines.map((line) => line.split(" ")[0]);
    throw error;
  }
};

const newKeys = (id: string): string => `${id}:${randomBytes(32).toString("base64")}`;

describe("the keys that a configuration names", () => {
  const database = useMysqlDatabase({ migrate: migrateKeyStore });

  it("are none by default, and nothing is sealed", async () => {
    const config = load({ KEYSTORE_URL: "", PERSONAL_DATA_KEYS: "" });
    expect(config).to.deep.equal({ SEAL_PERSONAL_DATA: false, PERSONAL_DATA_CACHE_MS: 300_000 });
    const { ring, erasures, readiness, close } = openKeys(config);
    expect([ring, erasures, readiness]).to.deep.equal([undefined, undefined, {}]);
    await close();
  });

  const url = "mysql://root@db:3306/keystore";
  for (const [env, faults] of [
    [{ KEYSTORE_URL: url }, ["KEYSTORE_URL"]],
    [{ PERSONAL_DATA_KEYS: "one:a" }, ["PERSONAL_DATA_KEYS"]],
    [{ SEAL_PERSONAL_DATA: "true" }, ["SEAL_PERSONAL_DATA"]],
    [{ SEAL_PERSONAL_DATA: "false" }, []],
    [{ KEYSTORE_URL: "postgres://db/keystore", PERSONAL_DATA_KEYS: "one:a" }, ["KEYSTORE_URL"]],
    [{ KEYSTORE_URL: url, PERSONAL_DATA_KEYS: "one:a", SEAL_PERSONAL_DATA: "true" }, []],
  ] as const) {
    it(`${faults.length === 0 ? "take" : "refuse"} ${Object.keys(env).join(" with ")}=${Object.values(env).at(-1)}`, () =>
      expect(variablesAtFault(env)).to.deep.equal(faults));
  }

  it("must be keys", () => {
    expect(() => openKeys({ KEYSTORE_URL: database.url(), PERSONAL_DATA_KEYS: "one:short" })).to.throw(MasterKeyError);
  });

  it("seal and open, and are ready unless the key store was sealed by others or lacks a table", async () => {
    const text = newKeys("one");
    const open = (keys: string) => openKeys({ KEYSTORE_URL: database.url(), PERSONAL_DATA_KEYS: keys });
    const [own, rotated, others] = [open(text), open(`${newKeys("two")},${text}`), open(newKeys("two"))];
    const readinessOf = ({ readiness }: ReturnType<typeof open>): Promise<unknown> =>
      Promise.all(Object.values(readiness).map((check) => check())).then(
        () => "ready",
        (error: unknown) => error,
      );
    try {
      // Nothing is sealed yet, so every key will do.
      for (const each of [own, rotated, others]) expect(await readinessOf(each)).to.equal("ready");
      expect((await own.ring?.sealingKeys([{ tenantId: "shop", userId: "ann" }]))?.keys).to.have.lengthOf(1);
      for (const each of [own, rotated]) expect(await readinessOf(each)).to.equal("ready");
      expect(await readinessOf(others)).to.be.instanceOf(MasterKeyError);
      await database.pool().query("DROP TABLE shopper_keys");
      expect(await readinessOf(own))
        .to.have.property("message")
        .that.contains("shopper_keys");
    } finally {
      for (const { close } of [own, rotated, others]) await close();
    }
  });
});
