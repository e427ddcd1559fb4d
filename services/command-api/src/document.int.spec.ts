import { migrateEventStore } from "@cart/migrations";
import { everyAnswerIsSeen, limitedOperationsSpec, openApiSpec, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { type CommandApi, startCommandApi } from "./testing/startCommandApi.ts";
import { api as definition } from "./api.ts";

describe("the OpenAPI document of the command API", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  before(async () => {
    api = await startCommandApi(database.url(), () => new Date());
  });
  after(() => api.stop());

  const url = (path: string): string => `http://127.0.0.1:${api.port}${path}`;
  openApiSpec(definition.document, url);

  it("is not ready while it stops", async () => {
    api.stopping.abort();
    expect((await api.send("GET", "/readyz")).status).to.equal(503);
  });

  limitedOperationsSpec(url);
});

everyAnswerIsSeen(definition.document);
