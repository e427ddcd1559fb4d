import type { FaultyServer } from "../system/servers.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const outages = async ({ report, pause, injected, recovered }: ScenarioContext, server: FaultyServer): Promise<void> => {
  await pause(1_500, 2_500);
  for (const how of ["stop", "kill"] as const) {
    await server[how]();
    report(how === "stop" ? "stopped" : "killed");
    await pause(2_000, 4_000);
    await server.start();
    injected();
    await recovered();
    await pause(500, 1_500);
  }
};

const kafka: Scenario = {
  name: "kafka-outage",
  fault: "Kafka stopped; `kill -9` of Kafka",
  run: (context) => outages(context, context.servers.kafka),
};

const mysql: Scenario = {
  name: "mysql-outage",
  fault: "MySQL stopped; `kill -9` of MySQL",
  run: (context) => outages(context, context.servers.mysql),
};

export const outageScenarios: readonly Scenario[] = [kafka, mysql];
