import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmdirSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "@cart/tools/own-servers";
import { expect } from "chai";
import type { Suite } from "mocha";
import { addTo, cartId } from "./carts.ts";
import { createOwnSystem, type OwnSystem } from "./ownSystem.ts";
import { runCommand } from "./runCommand.ts";
import { startSuiteServers, type SuiteServers } from "./suiteServers.ts";

/** MiB. MySQL's files have about half of it, with the small redo log. */
const diskSize = 400;
const smallRedoLog = "--innodb-redo-log-capacity=64M";

const stored = Array.from({ length: 20 }, (_, index) => index);
/** Carts to which an item is added while the disk is full. */
const meanwhile = Array.from({ length: 20 }, (_, index) => index + 100);

/** Seconds. MySQL tries once a minute whether a disk that was full has room for its binary log. */
const recoverySeconds = 200;

/** Mounts a disk of limited size, in memory. Returns its folder, or `undefined` if this user may not mount one. */
const mountDisk = (): string | undefined => {
  const folder = mkdtempSync(join(tmpdir(), "cart-disk-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskSize}m`, "tmpfs", folder]).status === 0) return folder;
  rmdirSync(folder);
  return undefined;
};

const unmountDisk = (folder: string): void => {
  // Lazily, because a process that did not end in time may still use it.
  spawnSync("umount", ["--lazy", folder]);
  rmdirSync(folder);
};

/** Writes a file until the disk has no room, not even for a page. */
const fill = async (path: string): Promise<void> => {
  const file = await open(path, "w");
  try {
    for (const size of [1_048_576, 4_096]) while (await isWritten(file, Buffer.alloc(size)));
  } finally {
    await file.close();
  }
};

const isWritten = async (file: FileHandle, bytes: Buffer): Promise<boolean> => {
  try {
    return (await file.write(bytes)).bytesWritten === bytes.length;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
    throw error;
  }
};

type Answer = { readonly status: number; readonly body: string };

/** Adds an item with an idempotency key, by which a repeated command is recognized. */
const addOnce = async (commandApi: string, cart: number, key: string): Promise<Answer> => {
  const response = await fetch(`${commandApi}/additem/${cartId(cart)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify({ user_id: `user-${cart}`, item_id: "meanwhile", quantity: 1, price: 1 }),
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, body: await response.text() };
};

function fullDiskSpec(this: Suite): void {
  this.timeout(400_000);
  const keys = new Map(meanwhile.map((cart) => [cart, randomUUID()]));
  let disk: string | undefined;
  let servers: SuiteServers | undefined;
  let system: OwnSystem | undefined;
  const urlOf = (name: string): string => system?.urlOf(name) ?? "";
  const addToAll = (): Promise<readonly Answer[]> => Promise.all([...keys].map(([cart, key]) => addOnce(urlOf("command-api"), cart, key)));
  const filler = (): string => join(disk ?? "", "filler");

  before(async () => {
    disk = mountDisk();
    if (disk === undefined) throw new Error("a disk of limited size could be mounted a moment ago");
    servers = await startSuiteServers("full-disk", { mysqlFolder: join(disk, "mysql"), mysqlOptions: [smallRedoLog] });
    system = await createOwnSystem(servers);
    await system.start("command-api", "query-api", "outbox-relay", "projector");
    await addTo({ commandApi: urlOf("command-api"), queryApi: urlOf("query-api") }, stored, "stored");
  });
  after(async () => {
    try {
      await rm(filler(), { force: true });
      await system?.stop();
    } finally {
      await servers?.stop();
      if (disk !== undefined) unmountDisk(disk);
    }
  });

  it("refuses commands with 503 while the disk is full, and shows the carts that it has", async () => {
    await fill(filler());
    const answers = await addToAll();
    // The binary log's last page may have room for a command.
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).to.have.lengthOf.at.least(1);
    for (const { status, body } of refused) {
      expect(status, body).to.equal(503);
      expect(body).to.contain("the database has no room left");
    }
    for (const cart of stored) expect((await fetch(`${urlOf("query-api")}/carts/${cartId(cart)}`)).status).to.equal(200);
  });

  it("goes on by itself when there is room again: each command took effect once, and the read model has all", async () => {
    await rm(filler());
    await waitUntil("every command to be acknowledged", recoverySeconds, async () => {
      for (const { status, body } of await addToAll()) expect(status, body).to.equal(200);
    });
    for (const cart of meanwhile) {
      const shown = await fetch(`${urlOf("query-api")}/carts/${cartId(cart)}?min_version=2`);
      const { items } = (await shown.json()) as { items: readonly { item_id: string; quantity: number }[] };
      expect(items.map(({ item_id, quantity }) => `${quantity} ${item_id}`)).to.deep.equal(["1 meanwhile"]);
    }
    const verified = await runCommand({ file: "services/projector/src/cli.ts", args: ["verify"], env: system?.env ?? {} });
    expect(verified.said).to.match(/"differences":0/);
    expect(verified.code, verified.said).to.equal(0);
  });
}

const title = "a system whose MySQL has a full disk";
const trial = mountDisk();
if (trial === undefined) console.log(`  skipped: ${title}, because this user may not mount a disk of limited size`);
else {
  unmountDisk(trial);
  describe(title, fullDiskSpec);
}
