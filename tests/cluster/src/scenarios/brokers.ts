import { setTimeout as delay } from "node:timers/promises";
import type { SupervisedService } from "@cart/tests-harness";
import { suiteClient, waitUntilInSync } from "../cluster.ts";
import { moveLeaders } from "../producer/moveLeaders.ts";
import { reassignPartitions } from "./reassignPartitions.ts";
import { networkOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const rollingRestart: Scenario = {
  name: "rolling-restart",
  fault: "brokers restarted by SIGTERM, one after the other",
  run: async ({ cluster: { kafka }, system, report, pause, injected, recovered }) => {
    await pause(1_500, 2_500);
    for (const node of kafka.nodes) {
      await node.stop();
      await node.start();
      injected();
      await waitUntilInSync(kafka, [system.topic]);
      report(`broker ${node.id} was restarted`);
    }
    await recovered();
  },
};

type Node = ScenarioContext["cluster"]["kafka"]["nodes"][number];

/** Kills the chosen broker, starts it again when the system has recovered without it, and waits until it is in sync. */
const killAndStart = async ({ cluster: { kafka }, system, pause, injected, recovered }: ScenarioContext, node: Node): Promise<void> => {
  await pause(1_000, 2_500);
  await node.kill();
  injected();
  await recovered();
  await node.start();
  await waitUntilInSync(kafka, [system.topic]);
};

const killedBroker: Scenario = {
  name: "kill-broker",
  fault: "`kill -9` of a broker that leads partitions, and of the active controller",
  run: async (context) => {
    const { kafka } = context.cluster;
    await killAndStart(context, context.random.pick(kafka.nodes));
    const controller = await kafka.activeController();
    context.report(`broker ${controller.id} is the active controller`);
    await killAndStart(context, controller);
  },
};

/** Milliseconds after which whatever Kafka acknowledged before the kill is counted. */
const settlingMs = 3_000;

const killedMajority: Scenario = {
  name: "kill-two-brokers",
  fault: "`kill -9` of two of three brokers at once",
  run: async ({ cluster: { kafka }, system, random, pause, injected, recovered, violation }) => {
    await pause(2_000, 3_000);
    const spared = random.pick(kafka.nodes);
    const killed = kafka.nodes.filter((node) => node !== spared);
    await Promise.all(killed.map((node) => node.kill()));
    injected(2);
    await delay(settlingMs);
    const before = await publishedBy(system.relays);
    await pause(5_000, 8_000);
    const after = await publishedBy(system.relays);
    if (after > before) violation("wrong", `${after - before} rows count as published although only one of three copies was there`);
    await Promise.all(killed.map((node) => node.start()));
    await recovered();
    await waitUntilInSync(kafka, [system.topic]);
  },
};

/** How many rows the relays say that Kafka has acknowledged. */
const publishedBy = async (relays: readonly SupervisedService[]): Promise<number> => {
  const counts = await Promise.all(
    relays.map(async ({ url }) => {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const line = /^outbox_published_total(?:\{[^}]*\})? (\S+)$/m.exec(await response.text());
      if (line === null) throw new Error("a relay does not say how many rows it has published");
      return Number(line[1]);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

const moves = 4;

const moved: Scenario = {
  name: "moved-partitions",
  fault: "partition leaders moved back and forth, and partitions reassigned",
  run: async ({ cluster: { kafka }, system, pause, injected, recovered }) => {
    await pause(1_500, 2_500);
    for (let move = 0; move < moves; move += 1) {
      await moveLeaders(suiteClient(kafka), system.topic, move % 2);
      injected();
    }
    injected(await reassignPartitions(suiteClient(kafka), system.topic));
    await recovered();
    await waitUntilInSync(kafka, [system.topic]);
  },
};

/** Longer than the 9 s after which the controllers give a silent broker up. */
const cutMs = [11_000, 13_000] as const;

const cut: Scenario = {
  name: "cut-brokers",
  cutsConnections: true,
  fault: "a broker cut off from the others, which the clients still reach, then the active controller",
  run: async ({ cluster, system, random, report, pause, injected, recovered }) => {
    const { kafka, brokerHosts } = cluster;
    const network = networkOf(cluster);
    await pause(1_500, 2_500);
    for (const node of [random.pick(kafka.nodes), await kafka.activeController()]) {
      const host = brokerHosts[node.id - 1];
      if (host === undefined) throw new Error(`broker ${node.id} has no host`);
      const others = brokerHosts.filter((other) => other !== host);
      await network.cut(host, others);
      report(`broker ${node.id} is cut off`);
      await pause(...cutMs);
      await network.heal();
      injected();
      await recovered();
      await waitUntilInSync(kafka, [system.topic]);
    }
  },
};

export const brokerScenarios: readonly Scenario[] = [rollingRestart, killedBroker, killedMajority, moved, cut];
