import { join } from "node:path";
import { type Killable, type Report, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";
import getPort from "get-port";
import { type FaultProxy, startFaultProxy } from "../proxy/faultProxy.ts";

/** A real server that is stopped, killed and started again at the same port, on the same data. */
export type FaultyServer = {
  /** SIGTERM. */
  readonly stop: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  /** Resolves when it answers. */
  readonly start: () => Promise<void>;
};

export type Servers = {
  readonly mysql: FaultyServer;
  readonly kafka: FaultyServer;
  /** Between the services and the servers: the writers' way to MySQL, the views' way to it, and everybody's way to Kafka. */
  readonly proxies: { readonly eventStore: FaultProxy; readonly readModel: FaultProxy; readonly kafka: FaultProxy };
  /** `mysql://…` without a database: past the proxies, for the suite itself. */
  readonly mysqlUrl: string;
  readonly stop: () => Promise<void>;
};

/** A MySQL and a Kafka of the suite's own, as processes. What they keep is in the folder. */
export const startServers = async (folder: string, report: Report): Promise<Servers> => {
  const [mysqlPort, kafkaPort, controllerPort] = [await getPort(), await getPort(), await getPort()];
  const proxies = {
    eventStore: await startFaultProxy(mysqlPort),
    readModel: await startFaultProxy(mysqlPort),
    kafka: await startFaultProxy(kafkaPort),
  };
  // A client asks Kafka where to go and goes there, so Kafka has to name the proxy.
  const ports = { mysql: mysqlPort, kafka: kafkaPort, kafkaController: controllerPort, kafkaAdvertised: proxies.kafka.port };
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, ports, report });

  const started = await Promise.allSettled([
    faultyServer(() => startOwnMysql(plan("mysql-server"))),
    faultyServer(() => startOwnKafka(plan("kafka-server"))),
  ]);
  const [mysql, kafka] = started;
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
    await Promise.all(started.map(async (server) => (server.status === "fulfilled" ? server.value.stop() : undefined)));
  };
  if (mysql.status === "rejected" || kafka.status === "rejected") {
    await stop();
    throw mysql.status === "rejected" ? mysql.reason : kafka.status === "rejected" ? kafka.reason : new Error("unreachable");
  }
  return { mysql: mysql.value, kafka: kafka.value, proxies, mysqlUrl: `mysql://root@127.0.0.1:${mysqlPort}`, stop };
};

const faultyServer = async (launch: () => Promise<Killable & { readonly stop: () => Promise<void> }>): Promise<FaultyServer> => {
  let running = await launch();
  return {
    stop: () => running.stop(),
    kill: () => running.kill(),
    start: async () => void (running = await launch()),
  };
};
