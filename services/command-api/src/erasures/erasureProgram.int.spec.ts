import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createErasureJournal, type ErasureJournal, erasurePlaces, localMasterKeys, openKeys, type OpenKeys } from "@cart/personal-data";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { eraseShopper, showErasure } from "./erasureProgram.ts";
import { erasureRequests } from "./erasureRequests.ts";

const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));

type Run = { readonly code: unknown; readonly lines: readonly Record<string, unknown>[]; readonly stderr: string };

describe("the commands on erasures", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const masterKeys = `one:${randomBytes(32).toString("base64")}`;
  let keys: Pool;
  let journal: ErasureJournal;
  let opened: OpenKeys;
  before(() => {
    opened = openKeys({ KEYSTORE_URL: keyStore.url(), PERSONAL_DATA_KEYS: masterKeys }, { erases: true });
    keys = openMysqlPool({ url: keyStore.url(), connectionLimit: 2 });
    journal = createErasureJournal(keys, localMasterKeys(masterKeys));
  });
  after(async () => {
    await keys.end();
    await opened.close();
  });

  const run = (args: readonly string[], changes: Readonly<Record<string, string>> = {}): Promise<Run> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        EVENTSTORE_URL: database.url(),
        KEYSTORE_URL: keyStore.url(),
        PERSONAL_DATA_KEYS: masterKeys,
        SEAL_PERSONAL_DATA: "true",
        ...changes,
      };
      const child = execFile(process.execPath, ["--conditions=source", "--import=tsx", cli, ...args], { env }, (_error, stdout, stderr) =>
        resolve({
          code: child.exitCode,
          lines: stdout
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Record<string, unknown>),
          stderr,
        }),
      );
    });
  const finish = async (erasureId: string): Promise<void> => {
    for (const pass of ["first", "second"] as const) for (const place of erasurePlaces) await journal.passed(erasureId, place, pass);
    expect(await journal.complete(erasureId)).to.equal(true);
  };

  const eraseHere = async (userId: string, waits: boolean, by = "officer"): Promise<{ code: number; lines: Record<string, unknown>[] }> => {
    const lines: Record<string, unknown>[] = [];
    const { request } = erasureRequests({ erasures: opened.erasures, seals: true, withinMs: 3_600_000 });
    const print = (line: object): void => void lines.push({ ...line });
    const options = { request, journal, print, waits, signal: new AbortController().signal };
    return { code: await eraseShopper({ tenantId: "shop", userId, requestedBy: by }, options), lines };
  };

  it("print the receipt and exit as pending, overdue or done", async () => {
    const { code, lines } = await eraseHere("ann", false);
    expect(code).to.equal(2);
    expect(lines).to.have.lengthOf(1);
    const id = String(lines[0]?.["erasure_id"]);
    const show = (): Promise<number> => showErasure(journal, id, () => undefined);
    expect(await show()).to.equal(2);
    await keyStore.pool().query("UPDATE erasures SET due_at = requested_at");
    expect(await show()).to.equal(3);
    expect((await eraseHere("ann", true)).code, "an overdue erasure is not waited for").to.equal(3);
    await finish(id);
    expect(await show()).to.equal(0);
    const unknown = await showErasure(journal, randomUUID(), () => undefined).catch((error: unknown) => error);
    expect(unknown).to.have.property("message").that.contains("has no erasure");
  });

  it("wait until the erasure is done, and print each step", async () => {
    const waiting = eraseHere("bob", true);
    const erasure = await waitFor("the request", async () => (await journal.open()).erasures[0]);
    await journal.passed(erasure.erasureId, "keys", "first");
    await finish(erasure.erasureId);
    const { code, lines } = await waiting;
    expect(code).to.equal(0);
    expect(lines.map(({ status }) => status)).to.include.members(["pending", "done"]);
    expect(lines.at(-1)).to.deep.include({ status: "done", requested_by: "officer" });
  });

  it("name the operating system's user or another one, and refuse a configuration that cannot erase", async () => {
    const [begun, refused] = await Promise.all([
      run(["erase-shopper", "shop", "carl", "--no-wait"]),
      run(["erase-shopper", "shop", "carl"], { SEAL_PERSONAL_DATA: "false" }),
    ]);
    expect([begun.code, begun.lines.length, begun.stderr]).to.deep.equal([2, 1, ""]);
    expect(begun.lines[0]).to.deep.include({ status: "pending", tenant_id: "shop", requested_by: userInfo().username });
    expect(JSON.stringify(begun.lines)).not.to.contain("carl");
    expect([refused.code, refused.lines]).to.deep.equal([1, []]);
    expect(refused.stderr).to.contain("SEAL_PERSONAL_DATA");
  });
});
