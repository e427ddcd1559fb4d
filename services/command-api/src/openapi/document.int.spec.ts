import { migrateEventStore } from "@cart/migrations";
import { openApiSpec, useMysqlDatabase } from "@cart/testkit";
import { type CommandApi, startCommandApi } from "../testing/startCommandApi.ts";
import { document } from "./document.ts";

describe("the OpenAPI document of the command API", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  before(async () => {
    api = await startCommandApi(database.url(), () => new Date());
  });
  after(() => api.stop());

  openApiSpec(document, () => api.app);
});
