import { step } from "../progress.ts";
import { firstThatServes } from "./firstThatServes.ts";
import { kafkaAdvice, kafkaProviders } from "./kafkaProviders.ts";
import { mysqlAdvice, mysqlProviders } from "./mysqlProviders.ts";
import type { Death, RunningKafka, RunningMysql, ServerPlan } from "./runningServer.ts";

export type Servers = {
  readonly mysql: RunningMysql;
  readonly kafka: RunningKafka;
  readonly stop: () => Promise<void>;
  /** Resolves if one of the servers ends without having been stopped. */
  readonly died: Promise<Death>;
};

/** Starts both servers or neither: if one cannot be started, the other is stopped again. */
export const startServers = async (plan: ServerPlan): Promise<Servers> => {
  const started = await Promise.allSettled([
    step(
      plan.report,
      "MySQL",
      () => firstThatServes("MySQL", mysqlProviders(plan), mysqlAdvice, plan.signal),
      ({ description }) => description,
    ),
    step(
      plan.report,
      "Kafka",
      () => firstThatServes("Kafka", kafkaProviders(plan), kafkaAdvice, plan.signal),
      ({ description }) => description,
    ),
  ]);
  const [mysql, kafka] = started;
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (server) => (server.status === "fulfilled" ? server.value.stop() : undefined)));
  };
  if (mysql.status === "fulfilled" && kafka.status === "fulfilled") {
    return { mysql: mysql.value, kafka: kafka.value, stop, died: Promise.race([mysql.value.died, kafka.value.died]) };
  }
  await stop();
  throw mysql.status === "rejected" ? mysql.reason : kafka.status === "rejected" ? kafka.reason : new Error("unreachable");
};
