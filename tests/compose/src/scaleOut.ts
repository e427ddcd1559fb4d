import assert from "node:assert/strict";
import { countSql } from "@cart/event-store/testing";
import { waitUntil } from "@cart/tools/own-servers";
import { startCartLoad } from "./cartLoad.ts";
import type { ComposeProject } from "./composeProject.ts";

const shards = 16;
const partitions = 12;

/** Scales to three projectors and two relays under load. Resolves to the number of commands. */
export const scaleOutUnderLoad = async (project: ComposeProject): Promise<number> => {
  const load = startCartLoad(project);
  try {
    await project.compose("up", "--detach", "--wait", "--no-recreate", "--scale", "projector=3", "--scale", "outbox-relay=2");
    await waitUntil("the relays to share the shards", 30, async () => {
      const held = await valuesOf(project, "outbox-relay", /^outbox_leases_held\{.*\} (\d+)$/gm);
      assert.deepEqual(
        held.map((values) => Number(values[0])),
        [shards / 2, shards / 2],
      );
    });
    await waitUntil("the projectors to share the partitions", 60, async () => {
      const read = await valuesOf(
        project,
        "projector",
        /^cart_consumer_lag_messages\{(?=.*topic="ec\.cart-events").*partition="(\d+)".*\} \d+$/gm,
      );
      assert.deepEqual(
        read.map((own) => own.length),
        [partitions / 3, partitions / 3, partitions / 3],
      );
      assert.equal(new Set(read.flat()).size, partitions);
    });
  } finally {
    await load.stop();
  }
  await load.verify();
  await assertNothingLost(project);
  return load.acknowledged();
};

/** The pattern's matches in the metrics of each container of the service. */
const valuesOf = async (project: ComposeProject, service: string, pattern: RegExp): Promise<string[][]> => {
  const containers = (await project.containers()).filter((container) => container.service === service);
  return Promise.all(
    containers.map(async ({ name }) => {
      const print = "fetch(`http://127.0.0.1:${process.env.OPERATIONS_PORT}/metrics`).then((answer) => answer.text()).then(console.log)";
      return [...(await project.inside(name, "node", "-e", print)).matchAll(pattern)].map(([, value]) => value ?? "");
    }),
  );
};

/** Checks in the databases that every event was published and is in its cart, once. */
const assertNothingLost = async (project: ComposeProject): Promise<void> => {
  await waitUntil("the outbox to be empty", 30, async () => {
    assert.deepEqual(await project.query(countSql.unpublished("eventstore")), ["0"]);
  });
  assert.deepEqual(await project.query("SELECT COUNT(*) FROM readmodel.dead_letters"), ["0"]);
  const [events] = await project.query(countSql.events("eventstore"));
  assert.deepEqual(await project.query("SELECT SUM(version) FROM readmodel.carts"), [events]);
};
