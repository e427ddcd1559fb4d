import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { portOf, PortTaken, retryTakenPorts } from "./ports.ts";
import type { ServerPlan } from "./runningServer.ts";

describe("the port of a server", () => {
  let folder = "";
  const reported: string[] = [];
  let taken: readonly number[] = [];
  /** Chooses the first preferred port that is not taken, as `chooseFreePort` does. */
  const choosePort: ServerPlan["choosePort"] = async (preferred) => preferred.find((port) => !taken.includes(port)) ?? 40_000;
  const plan = (more: Partial<ServerPlan> = {}): ServerPlan => ({
    folder,
    keep: true,
    choosePort,
    report: (line) => reported.push(line),
    ...more,
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cart-ports-"));
    reported.length = 0;
    taken = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is the usual port at first, and afterwards the port of the last start", async () => {
    const port = portOf("MySQL", 3306, plan());
    expect(await port.choose()).to.equal(3306);
    await port.keep(3317);
    expect(await portOf("MySQL", 3306, plan()).choose()).to.equal(3317);
    expect(await portOf("Kafka", 9092, plan()).choose()).to.equal(9092);
    expect(reported).to.deep.equal([]);
  });

  it("is another port if the remembered one is in use, which is reported", async () => {
    await portOf("MySQL", 3306, plan()).keep(3317);
    taken = [3317];
    expect(await portOf("MySQL", 3306, plan()).choose()).to.equal(3306);
    expect(reported).to.deep.equal(["port 3317 of MySQL is in use by another program: using port 3306"]);
    taken = [3317, 3306];
    expect(await portOf("MySQL", 3306, plan()).choose()).to.equal(40_000);
  });

  it("is the usual port if the remembered one is invalid", async () => {
    for (const text of ["", "port", "0", "-1", "65536", "3.5"]) {
      await writeFile(join(folder, "kafka.port"), text);
      expect(await portOf("Kafka", 9092, plan()).choose(), text).to.equal(9092);
    }
  });

  it("is any free port for a server that does not keep its data", async () => {
    const port = portOf("MySQL", 3306, plan({ keep: false }));
    await port.keep(3317);
    expect(await port.choose()).to.equal(40_000);
  });

  it("is chosen again if another program takes it first, at most ten times in all", async () => {
    let attempts = 0;
    const startAt = (attempt: number) => async (): Promise<number> => {
      attempts++;
      if (attempts < attempt) throw new PortTaken("Address already in use");
      return attempts;
    };
    expect(await retryTakenPorts("Kafka", plan(), startAt(3))).to.equal(3);
    expect(reported).to.have.length(2);
    attempts = 0;
    const error = await retryTakenPorts("Kafka", plan(), startAt(11)).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(PortTaken);
    expect(attempts).to.equal(10);
  });

  it("is not chosen again after any other failure, nor after the start was aborted", async () => {
    let attempts = 0;
    const fail = (error: Error) => async (): Promise<never> => {
      attempts++;
      throw error;
    };
    await retryTakenPorts("Kafka", plan(), fail(new Error("disk full"))).catch(() => undefined);
    expect(attempts).to.equal(1);
    await retryTakenPorts("Kafka", plan({ signal: AbortSignal.abort() }), fail(new PortTaken("in use"))).catch(() => undefined);
    expect(attempts).to.equal(2);
  });
});
