import { readFile } from "node:fs/promises";
import { eventStoreTables } from "@cart/event-store/testing";
import { countOutbox, type SupervisedService } from "@cart/tests-harness";
import { type Prohibition, whileForbidden } from "@cart/messaging/testing";
import { waitUntil } from "@cart/tools/own-servers";
import type { Scenario, ScenarioContext } from "./scenario.ts";

/**
 * Kafka refuses what it should allow, as after a change of its ACLs. That is no message's fault: the services that are
 * concerned are not ready and say why, no row is given up, and everything goes on by itself once it is allowed again.
 */
export const forbidden: Scenario = {
  name: "forbidden",
  fault: "a topic, the consumer group or all writing forbidden by Kafka's ACLs, then allowed again",
  // A row that was counted as failed would be given up at once.
  env: { RELAY_MAX_ATTEMPTS: "1" },
  run: async (context) => {
    const { system, pause, injected, recovered, report } = context;
    const { topic, relays, projectors } = system;
    const groupId = topic.replace("ec.cart-events", "projector");
    const cases: readonly {
      readonly what: string;
      readonly prohibitions: readonly Prohibition[];
      readonly concerned: readonly SupervisedService[];
      readonly reason: RegExp;
      readonly meanwhile?: () => Promise<void>;
    }[] = [
      {
        what: "writing to the topic of carts",
        prohibitions: [{ resource: "TOPIC", name: topic, operation: "WRITE" }],
        concerned: relays,
        reason: /Kafka takes no events of Cart: Kafka's ACLs have to allow it to the user in KAFKA_USERNAME/,
        meanwhile: () => policiesGoOn(context),
      },
      {
        what: "writing to any topic",
        prohibitions: [
          { resource: "TOPIC", name: "*", operation: "WRITE" },
          { resource: "CLUSTER", name: "kafka-cluster", operation: "IDEMPOTENT_WRITE" },
        ],
        concerned: relays,
        reason: /Kafka takes no events of Cart: Kafka's ACLs have to allow it to the user in KAFKA_USERNAME/,
      },
      {
        what: "reading the topic of carts",
        prohibitions: [{ resource: "TOPIC", name: topic, operation: "READ" }],
        concerned: projectors(),
        reason: /not a member of the consumer group .*: Kafka's ACLs have to allow it to the user in KAFKA_USERNAME/,
      },
      ...(["READ", "ALL"] as const).map((operation) => ({
        what: `${operation === "READ" ? "joining" : "knowing"} the group`,
        prohibitions: [{ resource: "GROUP", name: groupId, operation }] as const,
        concerned: projectors(),
        reason: /not a member of the consumer group .*: Kafka's ACLs have to allow /,
      })),
    ];
    for (const { what, prohibitions, concerned, reason, meanwhile } of cases) {
      await pause(1_000, 2_000);
      await whileForbidden(system.kafka, prohibitions, async () => {
        injected();
        report(`forbidden: ${what}`);
        for (const service of concerned) await saysWhy(service, reason);
        await meanwhile?.();
        await pause(2_000, 3_000);
        for (const service of concerned) await saysWhy(service, reason);
        await noRowIsGivenUp(context);
      });
      await recovered();
    }
    for (const service of [...relays, ...projectors()]) await service.ready();
  },
};

/** Waits until the service is not ready for the reason, and has logged it. */
const saysWhy = (service: SupervisedService, reason: RegExp): Promise<void> =>
  waitUntil(`${service.name} to say what is forbidden`, 60, async () => {
    const answer = await fetch(`${service.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    const text = await answer.text();
    if (answer.status !== 503 || !reason.test(text)) throw new Error(`it answered ${answer.status}: ${text}`);
    const log = await readFile(service.logFile, "utf8");
    if (!/(Not authorized|authorization failed|group coordinator).*Kafka's ACLs have to allow/.test(log))
      throw new Error("its log does not say it");
  });

/** A topic that is not forbidden gets its events. */
const policiesGoOn = async ({ system: { commandApis, pool, databases } }: ScenarioContext): Promise<void> => {
  const policies = new URL("/tenants/forbidden/cart-abandoned-policies", commandApis[0]?.url);
  const answer = await fetch(policies, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ title: "Standard", abandoned_minutes: 60 }),
  });
  if (!answer.ok) throw new Error(`the policy was answered with ${answer.status}: ${await answer.text()}`);
  const { outbox } = eventStoreTables(pool, databases.eventStore);
  await waitUntil("the policy's event to be published", 30, async () => {
    const waiting = await outbox.count({ aggregate_type: "TenantPolicy", status: "PENDING" });
    if (waiting > 0) throw new Error(`${waiting} rows wait`);
  });
};

const noRowIsGivenUp = async ({ system: { pool, databases }, violation }: ScenarioContext): Promise<void> => {
  const { failed } = await countOutbox(pool, databases.eventStore);
  if (failed > 0) violation("wrong", `${failed} rows are FAILED although only Kafka's ACLs were at fault`);
};
