import { migrateAbandonment, migrateEventStore, migrateReadModel } from "@cart/migrations";
import { rewritingProxy } from "@cart/mysql/testing";
import { useKafka, useMysqlDatabase } from "@cart/testkit";
import { startBuiltService } from "@cart/tools/own-servers";
import { expect } from "chai";

describe("on a MySQL server that does not keep the settings of sessions", () => {
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  const abandonment = useMysqlDatabase({ migrate: migrateAbandonment });
  const kafka = useKafka();
  const proxies: { readonly close: () => void }[] = [];
  after(() => proxies.forEach(({ close }) => close()));

  const behindProxy = async (url: string): Promise<string> => {
    const proxy = await rewritingProxy(url, { from: "'+00:00'", to: "'+09:00'" });
    proxies.push(proxy);
    return proxy.url;
  };

  for (const name of ["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment"]) {
    it(`${name} ends at its start, with the exit code 1 and the reason`, async () => {
      const started: unknown = await startBuiltService(name, {
        EVENTSTORE_URL: await behindProxy(eventStore.url()),
        READMODEL_URL: await behindProxy(readModel.url()),
        ABANDONMENT_URL: await behindProxy(abandonment.url()),
        KAFKA_BROKERS: kafka.brokers().join(","),
        KAFKA_TOPIC_PREFIX: kafka.topicName("unpinned."),
      }).catch((error: unknown) => error);
      expect(String(started)).to.contain(`${name} ended with 1`);
      expect(String(started)).to.contain("the MySQL server does not keep the session's settings (time_zone is +09:00)");
    });
  }
});
