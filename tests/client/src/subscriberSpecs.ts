import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createCartClient, result } from "@cart/client";
import { cartAggregate, type CartCommand } from "@cart/domain";
import { createCommandHandler, newEventId, openEventStorePool } from "@cart/event-store";
import { waitFor } from "@cart/testkit";
import { endWithThisProcess, repositoryRoot } from "@cart/tools/own-servers";
import { expect } from "chai";
import { exampleOf, installPacked, type PackedPackage } from "./packed.ts";
import type { UsedSystem } from "./useSystem.ts";

const mailOf = (line: string): readonly unknown[] => (line.includes("messageId") ? [JSON.parse(line)] : []);

/** Executes commands of cart-abandonment, as that service does when a timer is due. Returns the ids of the events. */
const abandon = async (eventStoreUrl: string, aggregateId: string): Promise<readonly string[]> => {
  const pool = openEventStorePool({ url: eventStoreUrl, connectionLimit: 2 });
  const handler = createCommandHandler({ pool, aggregate: cartAggregate, now: () => new Date(), newEventId });
  const commands: readonly CartCommand[] = [
    { type: "AbandonCart", lastActivityAt: new Date("2026-06-10T12:00:00Z"), abandonedAfterMinutes: 60 },
    { type: "RemindOfAbandonment", step: 2, afterMinutes: 120 },
  ];
  const metadata = { correlation_id: "suite", causation_id: "suite" };
  const ids: string[] = [];
  for (const command of commands) {
    const { events } = await handler.handle({ aggregateId, command, metadata });
    ids.push(...events.map(({ eventId }) => eventId));
  }
  await handler.stop();
  await pool.end();
  return ids;
};

/** The specs of the program in docs/subscribe.md, in a folder with nothing but the packed kit and kafkajs. */
export const describeSubscriber = (system: UsedSystem): void => {
  describe("the program of docs/subscribe.md", function () {
    this.timeout(120_000);
    let events: PackedPackage;
    let program = "";
    before(async () => {
      events = await installPacked("events", ["ajv", "typebox", "kafkajs"]);
      program = exampleOf(await readFile(join(repositoryRoot, "docs/subscribe.md"), "utf8"), "js");
      await writeFile(join(events.folder, "subscriber.mjs"), program);
    });
    after(() => events.remove());

    const cartOf = async (user: string): Promise<string> => {
      const { commands } = createCartClient({ commandApi: system.commandApi(), queryApi: system.queryApi(), token: system.token });
      const path = { id: randomUUID() };
      const body = { user_id: user, item_id: "item-1", quantity: 2, price: 29.99 };
      await result(commands.POST("/carts/{id}/items", { params: { path }, body }));
      return path.id;
    };

    it("sends a mail for each abandonment and reminder, in about 35 lines, and ends when it is told to", async () => {
      expect(program.split("\n").length).to.be.lessThan(36);
      const child = spawn(process.execPath, ["subscriber.mjs"], {
        cwd: events.folder,
        env: {
          ...process.env,
          KAFKA_BROKERS: system.brokers().join(","),
          TOPIC: system.topic,
          GROUP: `mails-${randomUUID()}`,
          QUERY_API: system.queryApi(),
          QUERY_API_TOKEN: await system.token(),
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      endWithThisProcess(child);
      const exited = once(child, "exit");
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
      const mails = (): unknown[] => output.split("\n").flatMap(mailOf);
      try {
        // The program hears of what happens after it has joined its group, so carts are abandoned until it hears of one.
        const due: unknown[] = [];
        const subjects = ["You left something behind", "Reminder 2"];
        const abandonOne = async (): Promise<boolean> => {
          const ids = await abandon(system.eventStoreUrl(), await cartOf("user-1"));
          due.push(...ids.map((messageId, index) => ({ messageId, to: "user-1@customers.example", subject: subjects[index], items: 1 })));
          return mails().length > 0;
        };
        await waitFor("a mail", abandonOne, { timeoutMs: 60_000, everyMs: 500 });
        await waitFor("the last mail", () => expect(mails().at(-1)).to.deep.equal(due.at(-1)), { timeoutMs: 60_000 });
        expect(mails()).to.deep.equal(due.slice(-mails().length));
      } catch (error) {
        throw new Error(`the program said:\n${output}`, { cause: error });
      } finally {
        child.kill("SIGTERM");
      }
      expect(await exited).to.deep.equal([0, null]);
    });
  });
};
