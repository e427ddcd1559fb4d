import { join } from "node:path";
import { kafkaWithAccessControl } from "@cart/messaging/testing";
import { type Killable, type Report, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";
import type { Reach } from "@cart/tests-harness";
import getPort from "get-port";
import { type FaultProxy, startFaultProxy } from "../proxy/faultProxy.ts";

/** A real server that can be stopped, killed and restarted on the same port and data. */
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
  /** Proxies between services and servers: from the writers to MySQL, from the read side to MySQL, and from all services to Kafka. */
  readonly proxies: { readonly eventStore: FaultProxy; readonly readModel: FaultProxy; readonly kafka: FaultProxy };
  /** The services reach the servers through the proxies, the suite reaches MySQL without one. */
  readonly reach: Reach;
  readonly stop: () => Promise<void>;
};

/** Only tables that a scenario moves there are in this tablespace, so that a scenario can fill it. */
const boundedSystemTablespace = "--innodb-data-file-path=ibdata1:12M:autoextend:max:96M";

/** Milliseconds of silence after which a group gives a projector up: the least that Kafka takes, because scenarios wait for it again and again. */
export const sessionTimeoutMs = 6_000;

export type Surroundings = { readonly servers: Servers };

/** Starts a MySQL and a Kafka for the suite as processes. Their data is in the folder. */
export const startServers = async (folder: string, report: Report): Promise<Servers> => {
  const [mysqlPort, kafkaPort, controllerPort] = [await getPort(), await getPort(), await getPort()];
  const proxies = {
    eventStore: await startFaultProxy(mysqlPort),
    readModel: await startFaultProxy(mysqlPort),
    kafka: await startFaultProxy(kafkaPort),
  };
  // A client connects to the address that Kafka advertises, so Kafka has to advertise the proxy.
  const ports = { mysql: mysqlPort, kafka: kafkaPort, kafkaController: controllerPort, kafkaAdvertised: proxies.kafka.port };
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, ports, report });

  const started = await Promise.allSettled([
    faultyServer(() => startOwnMysql({ ...plan("mysql-server"), mysqlOptions: [boundedSystemTablespace] })),
    faultyServer(() => startOwnKafka({ ...plan("kafka-server"), kafkaProperties: kafkaWithAccessControl })),
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
  const mysqlUrlAt = (port: number): string => `mysql://root@127.0.0.1:${port}`;
  const reach: Reach = {
    mysqlUrl: mysqlUrlAt(mysqlPort),
    eventStoreUrl: mysqlUrlAt(proxies.eventStore.port),
    readModelUrl: mysqlUrlAt(proxies.readModel.port),
    brokers: [`127.0.0.1:${proxies.kafka.port}`],
    replicationFactor: 1,
  };
  return { mysql: mysql.value, kafka: kafka.value, proxies, reach, stop };
};

const faultyServer = async (launch: () => Promise<Killable & { readonly stop: () => Promise<void> }>): Promise<FaultyServer> => {
  let running = await launch();
  return {
    stop: () => running.stop(),
    kill: () => running.kill(),
    start: async () => void (running = await launch()),
  };
};
