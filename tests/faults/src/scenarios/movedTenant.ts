import { type Cell, entryOf, runServiceCommand, sendCommand, type ServiceCommand, startServiceCommand } from "@cart/tests-harness";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { waitUntil } from "@cart/tools/own-servers";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const tenantId = "shop-that-moves";
const clients = 6;
const cartsOfClient = 3;
/** Seconds. */
const patienceSeconds = 60;

type Request = Parameters<typeof sendCommand>[1];
type Shop = {
  /** How many of the tenant's commands each cell has acknowledged. */
  readonly acknowledged: (place: number) => number;
  /** Ends the clients, whatever they wait for. */
  readonly abandon: () => void;
  /** Resolves when every client has an answer to its last command, to the commands that the first cell acknowledged. */
  readonly stop: () => Promise<readonly { readonly request: Request; readonly changes: unknown }[]>;
};

/**
 * Clients of the tenant. Each command has a key and is sent until it is acknowledged: to the other cell after each refusal, as while a
 * router changes. What the first cell acknowledges has to be in both event stores at the end; what the second one does, in its own alone.
 */
const startShop = ({ random, violation }: ScenarioContext, cells: readonly [Cell, Cell]): Shop => {
  const [stopping, abandoned] = [new AbortController(), new AbortController()];
  const counts = [0, 0];
  const early: { readonly request: Request; readonly changes: unknown }[] = [];
  let sent = 0;

  const sendUntilAcknowledged = async (request: Request, startPlace: number): Promise<number> => {
    let isUnsure = false;
    let place = startPlace;
    for (; !abandoned.signal.aborted; place = 1 - place) {
      const [first, second] = cells;
      const outcome = await sendCommand((place === 0 ? first : second).system.commandApis[0]?.url ?? "", request);
      if (outcome.kind === "acknowledged") {
        const entry = entryOf(request, outcome);
        second.record(entry);
        if (place === 0) {
          first.record(entry);
          early.push({ request, changes: outcome.changes });
        } else if (isUnsure) first.record(entryOf(request, { kind: "unknown", why: "the first cell did not answer" }));
        counts[place] = (counts[place] ?? 0) + 1;
        return place;
      }
      if (outcome.kind === "unknown") isUnsure ||= place === 0;
      else if (!/^(503|421 \/problems\/tenant-moved\b)/.test(outcome.why)) violation("wrong", `${request.id} was refused: ${outcome.why}`);
      await delay(20);
    }
    return place;
  };

  const work = async (number: number): Promise<void> => {
    const own = random.fork(`client ${number} of the tenant`);
    const carts = Array.from({ length: cartsOfClient }, () => randomUUID());
    let place = 0;
    while (!stopping.signal.aborted) {
      sent += 1;
      const id = `tenant-${sent}`;
      const body = { user_id: "user-1", tenant_id: tenantId, item_id: `item-${own.integer(1, 9)}`, quantity: 1, price: 1.5 };
      place = await sendUntilAcknowledged({ id, command: "AddItem", cartId: own.pick(carts), body, idempotencyKey: id }, place);
      await delay(own.integer(5, 30));
    }
  };

  const working = Promise.all(Array.from({ length: clients }, (_, number) => work(number)));
  return {
    acknowledged: (place) => counts[place] ?? 0,
    abandon: () => [stopping, abandoned].forEach((each) => each.abort()),
    stop: async () => {
      stopping.abort();
      await working;
      return early;
    },
  };
};

/** A move is killed at each of its steps or a moment later, cancelled, and run twice at once, until the tenant has moved. */
export const movedTenant: Scenario = {
  name: "moved-tenant",
  mayShare: true,
  fault: "`move-tenant` under load, interrupted by `kill -9` in each step, cancelled, and two at once",
  // A tenant with encrypted personal fields does not move yet.
  env: { SEAL_PERSONAL_DATA: "false" },
  run: async (context) => {
    const { system, record, startCell, random, pause, injected, recovered, report } = context;
    const target = await startCell("target");
    const shop = startShop(context, [{ system, record }, target]);
    const move = (): ServiceCommand =>
      startServiceCommand(system, "command-api", ["move-tenant", tenantId, "--to", target.system.env["EVENTSTORE_URL"] ?? ""]);
    const killAfter = async (step: string): Promise<void> => {
      const moving = move();
      await moving.printed(`"${step}"`);
      await delay(random.integer(0, 20));
      moving.kill();
      await moving.ended;
      injected();
      await pause(200, 600);
    };
    const acknowledges = async (place: number): Promise<void> => {
      const before = shop.acknowledged(place);
      await waitUntil(`commands of the tenant to be acknowledged by cell ${place + 1}`, patienceSeconds, async () => {
        await delay(50);
        if (shop.acknowledged(place) < before + 20) throw new Error(`${shop.acknowledged(place) - before} are`);
      });
    };

    try {
      await acknowledges(0);
      await killAfter("frozen");
      await cancel(context, () => acknowledges(0));
      for (const step of ["frozen", "copied", "verified", "left"]) await killAfter(step);
      report("killed in each step");
      await twoAtOnce(context, move);
      await runServiceCommand(system, "command-api", ["move-tenant", tenantId, "--to", target.system.env["EVENTSTORE_URL"] ?? ""]);
      await acknowledges(1);
      await recovered();
      await repeatCommands(context, target, await shop.stop());
    } finally {
      shop.abandon();
    }
  },
};

/** The tenant's commands are accepted again after the move was cancelled, unless it was over already. */
const cancel = async ({ system, injected, report, violation }: ScenarioContext, accepted: () => Promise<void>): Promise<void> => {
  const { code, output } = await startServiceCommand(system, "command-api", ["cancel-move", tenantId]).ended;
  injected();
  if (code === 0) await accepted();
  else if (!output.includes("nothing to cancel")) violation("wrong", `cancel-move says: ${output.trim().slice(-300)}`);
  report(code === 0 ? "cancelled" : "there was nothing to cancel any more");
};

const twoAtOnce = async ({ injected, violation }: ScenarioContext, move: () => ServiceCommand): Promise<void> => {
  const outcomes = await Promise.all([move().ended, move().ended]);
  injected();
  for (const { code, output } of outcomes) {
    if (code !== 0 && !output.includes("another process moves the tenant"))
      violation("wrong", `of two moves at once one says: ${output.trim().slice(-300)}`);
  }
};

/** Repeats commands that the first cell acknowledged, with their keys, in the second one. Their events are there already. */
const repeatCommands = async (
  { random, violation }: ScenarioContext,
  { system }: Cell,
  early: Awaited<ReturnType<Shop["stop"]>>,
): Promise<void> => {
  for (const { request, changes } of Array.from({ length: 20 }, () => random.pick(early))) {
    const outcome = await sendCommand(system.commandApis[0]?.url ?? "", request);
    if (outcome.kind !== "acknowledged" || !isDeepStrictEqual(outcome.changes, changes))
      violation(
        "twice",
        `${request.id} is answered in the second cell by ${JSON.stringify(outcome)}, and was by ${JSON.stringify(changes)}`,
      );
  }
};
