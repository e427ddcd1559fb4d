import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { bearer, tokenEnv, useKafka, useMysqlDatabase } from "@cart/testkit";
import { type BuiltService, startBuiltService } from "@cart/tools/own-servers";

export type UsedSystem = {
  readonly commandApi: () => string;
  readonly queryApi: () => string;
  readonly eventStoreUrl: () => string;
  readonly brokers: () => readonly string[];
  /** The topic of the carts' events. */
  readonly topic: string;
  /** Returns a new token of the shop's back end, which may do everything in every cart of its tenant. */
  readonly token: () => Promise<string>;
};

/** The origin of the pages that may use the APIs. */
export type SystemOptions = { readonly corsOrigin: () => string };

/** Starts the services from a command to its cart in the read model, with access control, for the suite that `specs` defines. */
export const useSystem = ({ corsOrigin }: SystemOptions, specs: (system: UsedSystem) => void): void => {
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  const kafka = useKafka();

  // A nested suite: its services stop before the databases are dropped.
  describe("on the real system", () => {
    let services: readonly BuiltService[] = [];
    const prefix = kafka.topicName("client.");
    const { cartEvents, tenantPolicyEvents } = topicsWithPrefix(prefix);
    before("start the services", async function () {
      this.timeout(120_000);
      const logger = createLogger({ service: "client", level: "silent" });
      await createTopics(createKafka({ brokers: kafka.brokers(), clientId: "client", logger }), {
        topics: [cartEvents, tenantPolicyEvents].map((topic) => ({ topic, partitions: 1 })),
        replicationFactor: 1,
      });
      const env = {
        ...tokenEnv,
        CORS_ORIGINS: corsOrigin(),
        EVENTSTORE_URL: eventStore.url(),
        READMODEL_URL: readModel.url(),
        KAFKA_BROKERS: kafka.brokers().join(","),
        KAFKA_TOPIC_PREFIX: prefix,
      };
      services = await Promise.all(["command-api", "query-api", "outbox-relay", "projector"].map((name) => startBuiltService(name, env)));
    });
    after("stop the services", async function () {
      this.timeout(60_000);
      await Promise.all(services.map(({ stop }) => stop()));
    });
    const urlOf = (name: string): string => services.find((service) => service.name === name)?.url ?? "";
    specs({
      commandApi: () => urlOf("command-api"),
      queryApi: () => urlOf("query-api"),
      eventStoreUrl: eventStore.url,
      brokers: kafka.brokers,
      topic: cartEvents,
      token: async () => {
        const { Authorization } = await bearer({ sub: "back-end", tenant_id: "shop-1", scope: "carts:admin" });
        return Authorization.slice("Bearer ".length);
      },
    });
  });
};
